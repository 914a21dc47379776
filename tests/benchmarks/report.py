"""The table of a run, and the line that says where and on what it was taken."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from infra.dev.ground import ROOT

from .gradio_server import FOLDER as GRADIO
from .rounds import Round, middle

RESULTS = Path(__file__).with_name("RESULTS.md")


def table(measured: Mapping[tuple[int, str], Sequence[Round]]) -> str:
    """Medians of the rounds; ratios are to Gradio's default queue at the same load."""
    lines = [
        "| clients | server | requests/s | p50 / p95 ms | CPU-ms a request | p50, CPU to Gradio's | by process |",
        "|---|---|---|---|---|---|---|",
    ]
    for (clients, name), rounds in sorted(measured.items(), key=lambda item: item[0][0]):
        mine = middle(rounds)
        peer = next(
            (rounds for (count, other), rounds in measured.items() if count == clients and "queue" in other), None
        )
        ratio = ""
        if peer is not None and peer is not rounds:
            theirs = middle(peer)
            ratio = f"{mine.p50 / theirs.p50:.2f}, {mine.total / theirs.total:.2f}"
        parts = ", ".join(f"{part} {spent:.2f}" for part, spent in mine.cpu.items()) if len(mine.cpu) > 1 else ""
        lines.append(
            f"| {clients} | {name} | {mine.rate:.1f} | {mine.p50:.1f} / {mine.p95:.1f} | {mine.total:.2f} "
            f"| {ratio} | {parts} |"
        )
    return "\n".join(lines)


def heading(note: str, load: float) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    gradio = next(iter((GRADIO / "lib").glob("python*/site-packages/gradio-*.dist-info")), None)
    parts = [
        f"{os.cpu_count()} cores of {_processor()}",
        f"Python {platform.python_version()}",
        f"ONNX Runtime {version('onnxruntime')}",
        f"Gradio {gradio.name.removeprefix('gradio-').removesuffix('.dist-info')}" if gradio else "without Gradio",
        f"load average {load:.1f} before and {os.getloadavg()[0]:.1f} after",
    ]
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")  # noqa: TID251
    return (
        f"### {when}, commit {commit.stdout.strip() or 'unknown'}{': ' + note if note else ''}\n\n{', '.join(parts)}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def append(text: str) -> None:
    with RESULTS.open("a") as file:
        file.write(f"\n{text}\n")
