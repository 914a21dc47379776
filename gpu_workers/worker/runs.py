"""A model run over rows of a table, and a table written anew with what came of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from gpu_workers.ingestion import LIMITS
from gpu_workers.ingestion.cases import Cases
from gpu_workers.protocol.datasets import AnswerFile, Answers, Applied, Count, Dataset, Join, Joined, Kept, joined
from gpu_workers.protocol.messages import Apply, Value
from gpu_workers.runner import RunnerFailed
from gpu_workers.runner.postprocess import Unanswered
from gpu_workers.sandbox.once import Ended, Once, Overlong, Stopped

from .cache import Cache
from .cases import Solved
from .holdings import Holdings
from .pace import Pace

T = TypeVar("T")

MAX_CASES = 64 << 20
"""Bytes of rows that are handed over at once."""
MAX_JOINED = 1 << 20
MOST_DEATHS = 20
"""Rows over which the model may end in one part, before it is given up."""
REASONS = 10
"""That are told why rows have no answer."""
_ABOUT_ROWS = frozenset({"model_failed", "model_crashed", "model_out_of_memory", "model_too_slow"})


class Unrun(Exception):
    """A part could not be run, or a table not be joined. message: a sentence for people."""

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        self.code, self.message, self.detail = code, message, detail
        super().__init__(f"{code}: {message} {detail}".strip())


@dataclass
class _Told:
    """What was answered so far."""

    answers: Answers = field(default_factory=Answers)
    reasons: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    seconds: float = 0.0

    def refuse(self, why: str) -> None:
        self.answers.append(None)
        self.reasons[why] += 1

    def take(self, solved: Solved | BaseException) -> None:
        """The answer of the next row, or why there is none. Raises what is about the model or about us, not a row."""
        if isinstance(solved, Solved):
            self.seconds += solved.timings.run / max(solved.timings.batch, 1) / 1000
            kept = {name: answer for name, answer in solved.answers.items() if isinstance(answer, Kept)}
            self.answers.append(kept)
            return
        if isinstance(solved, Unanswered):
            return self.refuse(str(solved))
        if not isinstance(solved, RunnerFailed) or solved.code not in _ABOUT_ROWS:
            raise solved
        self.deaths += not solved.alive
        if self.deaths > MOST_DEATHS:
            more = f"The model ended over {self.deaths} rows, so the others were not tried: {solved.message}"
            raise Unrun(solved.code, more, solved.detail)
        self.refuse(solved.message)

    def summed(self) -> tuple[Count, ...]:
        return tuple(Count(why, rows) for why, rows in self.reasons.most_common(REASONS))


class Runs:
    """seconds: how long one reading of rows, and one joining, may take."""

    def __init__(self, cache: Cache, holdings: Holdings, seconds: float) -> None:
        self._cache, self._holdings, self._seconds = cache, holdings, seconds
        self._thread = ThreadPoolExecutor(2, thread_name_prefix="run")

    async def apply(self, work: Apply, out: Path, deadline: float) -> Applied:
        """out: an empty file, for the answers. deadline in the loop's time.

        Raises FetchFailed, RunnerFailed, Unrun, and OSError of the sandbox.
        """
        told = _Told()
        with self._cache.using(work.dataset.sha256):
            table = await self._fetched(work.dataset)
            while len(told.answers) < work.count:
                rows = await self._cases(work, table, len(told.answers), deadline)
                await self._asked(work, rows, told, deadline)
        data = await asyncio.to_thread(msgspec.msgpack.encode, told.answers)
        await asyncio.to_thread(out.write_bytes, data)
        return Applied(work.count, sha256(data).hexdigest(), len(data), told.summed(), told.seconds)

    async def join(self, work: Join, out: Path, deadline: float) -> Joined:
        """out: an empty file, for the table. Raises FetchFailed, Unrun, and OSError of the sandbox."""
        with self._cache.using(work.dataset.sha256), self._cache.scratch() as files:
            table = await self._fetched(work.dataset)
            for file in work.files:
                with self._cache.using(file.sha256):
                    await asyncio.to_thread(_append, files, await self._fetched(file))
            files.chmod(0o644)
            return await self._joined(work, table, files, out, deadline)

    async def _fetched(self, file: Dataset | AnswerFile) -> Path:
        return await self._cache.fetch(file.url, file.sha256, file.size)

    async def _cases(self, work: Apply, table: Path, done: int, deadline: float) -> list[dict[str, Value] | str]:
        """The next rows, as many as come at once."""
        asked = {
            "path": str(table),
            "first": work.first + done,
            "count": work.count - done,
            "interface": msgspec.to_builtins(work.model.interface),
            "mapping": work.mapping,
        }
        child = Once("gpu_workers.ingestion.cases_child", LIMITS)
        ask = partial(child.ask, asked, read_only=[table], most=MAX_CASES)
        ended = await self._on_thread(child, ask, deadline)
        rows = await asyncio.to_thread(_decoded, ended.answer, Cases)
        if not 0 < len(rows.rows) <= work.count - done:
            raise Unrun("internal", _OURS, "the table has other rows than were asked for")
        return rows.rows

    async def _asked(self, work: Apply, rows: Sequence[dict[str, Value] | str], told: _Told, deadline: float) -> None:
        """In batches that grow while they are quick. Those that cannot be asked have their place among the answers."""
        pace, at = Pace(), 0
        while at < len(rows):
            batch = rows[at : at + pace.most]
            begun = time.perf_counter()
            cases = [row for row in batch if isinstance(row, dict)]
            solved = iter(await self._holdings.solve_all(work.model, cases, deadline))
            for row in batch:
                if isinstance(row, str):
                    told.refuse(row)
                else:
                    told.take(next(solved))
            at += len(batch)
            pace.took(time.perf_counter() - begun)

    async def _joined(self, work: Join, table: Path, files: Path, out: Path, deadline: float) -> Joined:
        child = Once("gpu_workers.ingestion.joining_child", replace(LIMITS, file_size=work.limit))
        with out.open("r+b") as file:
            asked = {
                "table": str(table),
                "files": str(files),
                "sizes": [each.size for each in work.files],
                "outputs": msgspec.to_builtins(work.outputs),
                "out": file.fileno(),
            }
            ask = partial(child.ask, asked, read_only=[table, files], most=MAX_JOINED, pass_fds=[file.fileno()])
            ended = await self._on_thread(child, ask, deadline)
        made = joined(ended.answer)
        digest, size = await asyncio.to_thread(_measured, out)
        return msgspec.structs.replace(made, sha256=digest, size=size)

    async def _on_thread(self, child: Once, ask: Callable[..., Ended], deadline: float) -> Ended:
        """What the child ended with; it ends with whoever is cancelled."""
        until = time.monotonic() + min(self._seconds, deadline - asyncio.get_running_loop().time())
        try:
            ended = await asyncio.get_running_loop().run_in_executor(self._thread, partial(ask, until=until))
        except TimeoutError:
            raise Unrun("deadline_exceeded", "The table was not read in its time.") from None
        except (Overlong, Stopped) as error:
            raise Unrun("internal", _OURS, str(error)) from None
        finally:
            child.kill()
        if ended.memory:
            raise Unrun("dataset_too_large", "The table takes more memory to read than a worker has for it.")
        if ended.code != 0 and "File too large" in ended.complaint:
            raise Unrun("dataset_too_large", "The table is larger with its new columns than a dataset may be.")
        if ended.code != 0:
            raise Unrun("internal", _OURS, ended.complaint[-1000:])
        return ended


_OURS = "The table could not be read by the worker."


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise Unrun("internal", _OURS, str(error)) from None


def _measured(path: Path) -> tuple[str, int]:
    """(sha256 in hex, size in bytes)"""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _append(files: Path, part: Path) -> None:
    with files.open("ab") as all_of_them, part.open("rb") as one:
        while piece := one.read(1 << 20):
            all_of_them.write(piece)
