"""A real Jupyter kernel, with the client and nothing of Atrium's own."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_event_loop

from infra.dev.ground import ROOT

PATIENCE = 60
"""Seconds for a cell."""


class Kernel:
    """Runs cells one after another. It is spoken to from a thread of its own, because jupyter_client and the
    synchronous Playwright each want the event loop of theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._thread = ThreadPoolExecutor(1, "kernel")
        self._manager = KernelManager(kernel_name="python3")
        self._client: BlockingKernelClient = self._thread.submit(self._start).result()

    def run(self, cell: str) -> str:
        """What the cell prints and returns, as text. AssertionError with its traceback where it raises."""
        return self._thread.submit(self._run, cell).result()

    def close(self) -> None:
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def _start(self) -> BlockingKernelClient:
        home = self.folder / "home"
        home.mkdir()
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        environment |= {"HOME": str(home), "PYTHONPATH": str(ROOT / "frontend" / "notebook")}
        self._manager.start_kernel(cwd=str(self.folder), env=environment)
        client: BlockingKernelClient = self._manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        return client

    def _stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.context.term()
        ensure_event_loop().close()  # jupyter_client made it for this thread and leaves it

    def _run(self, cell: str) -> str:
        said: list[str] = []
        raised: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    said.append(content["text"])
                case "execute_result":
                    said.append(content["data"]["text/plain"])
                case "error":
                    raised.append("\n".join(content["traceback"]))

        self._client.execute_interactive(cell, output_hook=hear, timeout=PATIENCE)
        assert not raised, "".join(raised)
        return "".join(said).strip()
