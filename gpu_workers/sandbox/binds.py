"""Which files of the machine a child may read: an interpreter, its libraries, our own package, and no more."""

import contextlib
import os
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
IMPORT_ROOT = PACKAGE.parent

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_UNICODE = Path("/usr/lib/locale/C.utf8")
PROCESSORS = Path("/sys/devices/system/cpu")
KERNEL = ("/proc/cpuinfo", "/proc/meminfo", "/proc/self/cgroup", str(PROCESSORS))


_QUOTAS = ("cpu.max", "memory.max", "cpu.cfs_quota_us", "cpu.cfs_period_us", "memory.limit_in_bytes")


@cache
def quotas() -> tuple[str, ...]:
    """The files that tell a process how much of the machine its group may use, where they are in sight: DuckDB asks
    for them when it starts, and does not start if it may not read what it sees."""
    groups = {Path("/sys/fs/cgroup")}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            for controller in controllers.split(","):
                mounted = Path("/sys/fs/cgroup") / controller
                groups |= {mounted, mounted / group.lstrip("/")}
    return tuple(str(group / name) for group in sorted(groups) for name in _QUOTAS if (group / name).is_file())


@cache
def interpreter() -> Path:
    """The base interpreter itself, every link of a virtual environment followed."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


@cache
def site_packages() -> tuple[Path, ...]:
    """The folders that third-party packages are imported from, libraries of compiled ones included."""
    found = [Path(sysconfig.get_path(which)).resolve() for which in ("purelib", "platlib")]
    return tuple(dict.fromkeys(found))


@cache
def folders() -> tuple[Path, ...]:
    """Everything that each child may read, outermost first."""
    wanted = [interpreter(), PACKAGE, *site_packages(), workplace()]
    wanted += [Path(sysconfig.get_path(which)).resolve() for which in ("stdlib", "platstdlib")]
    wanted += [*_library_folders(), *_loaders()]
    wanted += [Path(path) for path in ("/etc/ld.so.cache", "/usr/lib/locale")]
    unique = sorted({path for path in wanted if path.exists()})
    return tuple(path for path in unique if not any(path.is_relative_to(other) for other in unique if other != path))


@cache
def links() -> tuple[tuple[str, str], ...]:
    """(target, name) of the top-level links on which the loader's fixed path relies (/lib64 → usr/lib64)."""
    return tuple((os.readlink(name), name) for name in ("/lib", "/lib64") if os.path.islink(name))


@cache
def workplace() -> Path:
    """A folder with `empty`, in which children stand, and `locale`; one for all processes of this user, so that none
    is left behind by a process that was killed."""
    shared = Path(tempfile.gettempdir()).resolve() / f"atrium-sandbox-{os.geteuid()}"
    with contextlib.suppress(FileExistsError):
        shared.mkdir(0o755)
    folder = shared if _ours(shared) else Path(tempfile.mkdtemp(prefix="atrium-sandbox-")).resolve()
    for made in (folder, folder / "empty", folder / "locale"):
        made.mkdir(exist_ok=True)
        made.chmod(0o755)
    if _UNICODE.is_dir():
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(FileExistsError):
                (folder / "locale" / name).symlink_to(_UNICODE)
    return folder


def _ours(folder: Path) -> bool:
    """Whether nobody else can have put something there: others may make such a name in a common folder first."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def environment() -> dict[str, str]:
    """All that a child finds in its environment.

    ONNX's StringNormalizer asks for the locale en_US.UTF-8, which a bare machine lacks: the C library's own Unicode
    locale, whose upper and lower case are the same, stands in for it.
    """
    named = {"HOME": "/nonexistent", "PATH": "", "LC_ALL": "C.UTF-8", "ORT_DISABLE_TELEMETRY": "1"}
    named |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    if _UNICODE.is_dir():
        named["LOCPATH"] = str(workplace() / "locale")
    return named


def driver() -> Path | None:
    """The folder of a GPU's driver where it is none of the system's, as in a container that was handed it: the first
    of LD_LIBRARY_PATH that holds CUDA's."""
    named = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    return next((Path(folder).resolve() for folder in named if Path(folder, "libcuda.so.1").exists()), None)


def private(path: Path) -> bool:
    """Whether a user without rights could not reach and read it: a folder above it or itself is closed to others."""
    status = path.stat()
    needed = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(status.st_mode) else stat.S_IROTH
    return status.st_mode & needed != needed or any(not above.stat().st_mode & stat.S_IXOTH for above in path.parents)


def closed(path: Path) -> bool:
    """Whether the file or folder itself is closed to others, so that no mount can bring it out."""
    status = path.stat()
    needed = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(status.st_mode) else stat.S_IROTH
    return status.st_mode & needed != needed


def _library_folders() -> list[Path]:
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{os.uname().machine}-linux-gnu"
    named = [f"/usr/lib/{multiarch}", f"/lib/{multiarch}", "/usr/lib64", "/lib64"]
    found = {Path(path).resolve() for path in named if os.path.isdir(path)}
    for library in _loaded():
        folder = library.parent
        if folder.name in ("lib", "lib64") and not IMPORT_ROOT.is_relative_to(folder):
            found.add(folder)
    return sorted(found)


def _loaders() -> list[Path]:
    """The dynamic loader at the path that is written into every program, where it lies beside the libraries' folder."""
    found = [path for folder in ("/lib", "/lib64") for path in Path(folder).glob("ld-*.so*")]
    return [path.parent.resolve() / path.name for path in found]


def _loaded() -> Iterable[Path]:
    with open("/proc/self/maps") as maps:
        names = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line and line.count("/") > 0}
    return (Path(name) for name in names if name.startswith("/") and os.path.exists(name))
