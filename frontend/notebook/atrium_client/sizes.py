"""Sizes of files in words."""


def size(count: int) -> str:
    """`48 kB` below a megabyte, else `1.2 MB`."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"
