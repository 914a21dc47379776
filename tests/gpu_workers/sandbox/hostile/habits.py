"""What a child does when nobody is hostile. Run as `habits NAME ARGUMENTS`."""

import errno
import fcntl
import locale
import mmap
import os
import resource
import socket
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


def use(path: str) -> None:
    """Open a device, write to it, control it, name this thread, look for a service and for a network, make a folder;
    says how each ended."""
    ends = []
    try:
        device = os.open(path, os.O_RDWR)
    except OSError:
        sys.stdout.write("not opened")
        return
    for act in (lambda: os.write(device, b"x"), lambda: fcntl.ioctl(device, 0x4600), name, look, socket.socket, make):
        try:
            act()
            ends.append("done")
        except OSError as error:
            ends.append(errno.errorcode[error.errno or 0])
    address_space, _ = resource.getrlimit(resource.RLIMIT_AS)
    sys.stdout.write(" ".join([*ends, str(address_space == resource.RLIM_INFINITY)]))


def name() -> None:
    with open(f"/proc/self/task/{os.getpid()}/comm", "w") as comm:
        comm.write("cuda")


def make() -> None:
    os.mkdir("made")


def look() -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("/tmp/service")


def fill_mapped(descriptor: str) -> None:
    with mmap.mmap(int(descriptor), 0) as held:
        for offset in range(0, len(held), mmap.PAGESIZE):
            held[offset] = 1
        wait()


def crash() -> None:
    os.abort()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
