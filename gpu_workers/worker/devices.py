"""What a worker computes on: the processors, or one NVIDIA GPU, models by the CUDA provider of ONNX Runtime and the
debugger's questions by CuPy.

A runner on a GPU is confined as any other, but for what CUDA needs: the GPU's device files, control calls of any number
(ioctl) on what it holds open, its own `/proc`, and no limit of its address space, only of what is resident. So the
driver stands between a stranger's model and the kernel; and what one runner leaves in the GPU's memory another one
could find. It wants the full floor.
"""

import logging
import os
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from gpu_workers.runner import Runner, RunnerFailed
from gpu_workers.sandbox import Floor, Limits, floor, floor_reason

from .settings import Misconfigured

log = logging.getLogger(__name__)

CPU = "cpu"
PAGE = "infra/docs/how-to/add-a-worker.md"
DEV = Path("/dev")
SHARED = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
"""Device files that every GPU of a machine is used through."""
DOUBLE = bytes.fromhex(
    "08083a350a0e0a01780a017812017922034164641201675a0f0a0178120a0a08080112040a020801620f0a0179120a0a08080112040a02080142"
    "040a001011"
)
"""An ONNX file: y = x + x, of one float32."""


def files_of(device: str, dev: Path = DEV) -> tuple[str, ...]:
    """The device files that a runner on it may open; none for the CPU.

    Raises Misconfigured, with what to do, where the name is none, ONNX Runtime has no CUDA, or the machine no such GPU.
    """
    if device == CPU:
        return ()
    named = re.fullmatch(r"cuda:(\d{1,3})", device)
    if named is None:
        raise Misconfigured(f"--device is cpu or cuda:N, as cuda:0 for the first GPU, and not “{device}”.")
    if not has_cuda():
        raise Misconfigured(
            f"ONNX Runtime computes on the CPU only here, so not on {device}: put onnxruntime-gpu in the place of "
            f"onnxruntime ({PAGE}), or use --device cpu."
        )
    found = sorted(dev.glob("nvidia[0-9]*"), key=lambda path: int(path.name.removeprefix("nvidia")))
    number = int(named[1])
    if number >= len(found):
        has = ", ".join(map(str, found)) or "none"
        raise Misconfigured(
            f"This machine shows no GPU for {device} (its devices are: {has}). Install NVIDIA's driver, and hand the "
            "device to the container where there is one; nvidia-smi lists what is there."
        )
    if floor() is not Floor.FULL:
        raise Misconfigured(f"A stranger's model on a GPU needs every layer of the sandbox, and {floor_reason()}.")
    return (str(found[number]), *(str(dev / name) for name in SHARED if (dev / name).exists()))


def has_cuda() -> bool:
    """Whether the ONNX Runtime that is installed has the CUDA provider; it is not imported for that."""
    spec = find_spec("onnxruntime")
    folders: Sequence[str] = (spec.submodule_search_locations or ()) if spec else ()
    return any((Path(folder) / "capi" / "libonnxruntime_providers_cuda.so").exists() for folder in folders)


def of_tables(limits: Limits) -> tuple[str, ...]:
    """The device files that the debugger's children may open: those of runners where CuPy is installed, else none."""
    if limits.devices and find_spec("cupy") is None:
        log.warning("CuPy is not installed, so questions about tables are answered by the processors (%s).", PAGE)
        return ()
    return limits.devices


def try_out(limits: Limits, folder: Path) -> None:
    """Compute once as every runner will. Raises Misconfigured where that fails: no model is to blame then.

    folder: where the model for it may lie for a moment; a confined child must be able to read there.
    """
    with NamedTemporaryFile(dir=folder, suffix=".onnx") as file:
        file.write(DOUBLE)
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        runner = Runner(Path(file.name), limits=limits)
        try:
            runner.start()
            answer = runner.run({"x": np.ones(1, np.float32)})
        except RunnerFailed as failed:
            raise Misconfigured(f"The GPU does not compute in the sandbox: {failed.detail or failed}") from failed
        finally:
            runner.close()
    if answer["y"] != 2:
        raise Misconfigured("The GPU computes wrongly in the sandbox: 1 + 1 is not 2.")
