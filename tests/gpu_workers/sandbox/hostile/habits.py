"""What a child does when nobody is hostile. Run as `habits NAME ARGUMENTS`."""

import locale
import os
import sys


def environment() -> None:
    for name in sorted(os.environ):
        sys.stdout.write(f"{name}\n")


def descriptors() -> None:
    sys.stdout.write(" ".join(str(n) for n in range(200) if _open(n)))


def _open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def folder() -> None:
    sys.stdout.write(repr(os.listdir(".")))


def flood(stream: str) -> None:
    while True:
        os.write(int(stream), b"x" * 65536)


def complain() -> None:
    os.write(2, b"x" * 1_000_000 + b"the end")


def wait() -> None:
    sys.stdout.write("waiting")
    sys.stdout.flush()
    sys.stdin.read()


def names() -> None:
    locale.setlocale(locale.LC_ALL, "en_US.UTF-8")


def read(path: str) -> None:
    with open(path, "rb") as file:
        sys.stdout.buffer.write(file.read())


def crash() -> None:
    os.abort()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
