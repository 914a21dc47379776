"""What a hostile model would try. Run as `attack NAME ARGUMENTS`; says "succeeded" only where the harm is done."""

import ctypes
import mmap
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def tcp(port: str) -> None:
    socket.create_connection(("127.0.0.1", int(port)), timeout=2).sendall(b"patient")


def udp(port: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", int(port)))
        s.send(b"patient")
        s.send(b"patient")  # a port that nobody hears refuses the second


def unix(path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.connect(path)


def abstract(name: str) -> None:
    unix(f"\0{name}")


def read(path: str) -> None:
    with open(path, "rb") as file:
        assert file.read(1)


def find(folder: str, name: str) -> None:
    assert name in os.listdir(folder)


def write(path: str) -> None:
    with open(path, "wb") as file:
        file.write(b"x")


def know(path: str) -> None:
    """That a file is there tells of a neighbour, even where it cannot be read."""
    os.stat(path)


def scribble() -> None:
    """Write somewhere, in whatever folder can be found."""
    named = ["/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/run", "/proc/self", os.getcwd()]
    found = (folder for top in ("/", os.getcwd()) for folder, _, _ in os.walk(top))
    for folder in (*named, *found):
        path = os.path.join(folder, f"atrium-scribble-{os.getpid()}")
        try:
            write(path)
        except OSError:
            continue
        os.unlink(path)
        return
    raise PermissionError("no folder takes a file")


def pry() -> None:
    """Read something of the machine, its people or its other processes."""
    machine = (
        "/etc/passwd",
        "/etc/hostname",
        "/proc/version",
        "/proc/sys/kernel/hostname",
        "/sys/class/net/lo/address",
    )
    others = (
        "/proc/1/cmdline",
        "/proc/1/environ",
        "/proc/self/mountinfo",
        "/proc/net/tcp",
        "/root/.bashrc",
        "/dev/mem",
    )
    for path in (*machine, *others):
        try:
            read(path)
        except OSError:
            continue
        return
    raise PermissionError("nothing of the machine can be read")


def unlink(path: str) -> None:
    os.unlink(path)


def chmod(path: str) -> None:
    os.chmod(path, 0o666)


def fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def run_program() -> None:
    os.execv("/bin/echo", ["echo", "succeeded"])


def threads(count: str) -> None:
    stop = threading.Event()
    for _ in range(int(count)):
        threading.Thread(target=stop.wait, daemon=True).start()


def reserve(megabytes: str) -> None:
    mmap.mmap(-1, int(megabytes) << 20)


def touch(megabytes: str) -> None:
    held = mmap.mmap(-1, int(megabytes) << 20)
    for offset in range(0, len(held), 4096):
        held[offset] = 1
    time.sleep(2)  # long enough to be looked at on a busy machine


def memory_file() -> None:
    os.memfd_create("hidden")


def spin(seconds: str) -> None:
    while time.process_time() < float(seconds):
        pass


def fill(descriptor: str, megabytes: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for _ in range(int(megabytes)):
        os.write(int(descriptor), bytes(1 << 20))


def descriptor(number: str) -> None:
    assert os.read(int(number), 1)


def ptrace(pid: str) -> None:
    checked(LIBC.ptrace(16, int(pid), None, None))  # PTRACE_ATTACH


def peek(pid: str) -> None:
    read(f"/proc/{pid}/environ")


def kill(pid: str) -> None:
    os.kill(int(pid), signal.SIGURG)  # ignored unless it is caught, so that the victim lives on


def kill_parent() -> None:
    os.kill(os.getppid(), 0)


def owner(pid: str) -> None:
    """Ask the kernel to signal somebody else when a pipe has news."""
    reading, writing = os.pipe()
    import fcntl

    fcntl.fcntl(reading, 8, int(pid))  # F_SETOWN
    del writing


def mount() -> None:
    unshare()
    checked(LIBC.mount(b"none", b"/", b"tmpfs", 0, None))


def unshare() -> None:
    checked(LIBC.unshare(0x10000000 | 0x00020000))  # CLONE_NEWUSER | CLONE_NEWNS


def keyring() -> None:
    checked(LIBC.syscall(250 if os.uname().machine == "x86_64" else 219, 0, -3, 1))  # keyctl, session keyring


ATTACKS: dict[str, Callable[..., None]] = {
    name: value for name, value in list(globals().items()) if callable(value) and name.islower()
}

if __name__ == "__main__":
    ATTACKS[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write("succeeded")
