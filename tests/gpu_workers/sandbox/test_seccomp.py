"""The numbers in the filter are those of the kernel's tables."""

import pytest

from gpu_workers.sandbox.seccomp import SeccompUnavailable, program
from gpu_workers.sandbox.syscalls import ALLOWED, CONDITIONAL, DRIVER


def test_numbers_agree_with_libseccomp() -> None:
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        pytest.skip(f"libseccomp is not installed: {error}")
    for name, numbers in {**ALLOWED, **CONDITIONAL, **DRIVER}.items():
        for architecture, number in zip((pyseccomp.Arch.X86_64, pyseccomp.Arch.AARCH64), numbers, strict=True):
            known = pyseccomp.resolve_syscall(architecture, name)
            assert number == (known if known >= 0 else None), name


def test_every_known_machine_has_a_filter() -> None:
    for machine in ("x86_64", "aarch64"):
        assert len(program(machine, 1)) % 8 == len(program(machine, 1, any_control=True)) % 8 == 0
    with pytest.raises(SeccompUnavailable):
        program("riscv64", 1)
