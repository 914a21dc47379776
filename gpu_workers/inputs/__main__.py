"""`python -m gpu_workers.inputs --socket PATH [--processes N]`"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import uvloop

from gpu_workers import logs

from .pool import DEADLINE, Broken, Pool
from .server import Server, SocketTaken

log = logging.getLogger("gpu_workers.inputs")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m gpu_workers.inputs", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="the Unix socket to serve on, made with mode 600")
    parser.add_argument(
        "--processes", type=int, default=len(os.sched_getaffinity(0)), help="pictures read at once; one per core"
    )
    parser.add_argument("--deadline", type=float, default=DEADLINE, help="seconds that one picture may take")
    arguments = parser.parse_args()
    logs.configure()
    try:
        uvloop.run(_serve(arguments.socket, max(1, arguments.processes), arguments.deadline))
    except (Broken, SocketTaken) as error:
        log.error("%s", error)
        return 1
    return 0


async def _serve(path: Path, processes: int, deadline: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pool = Pool(processes, deadline)
    server = Server(pool, path)  # before the pool starts, so that a second process fails at once
    try:
        await pool.start()
        await server.start()
        log.info("reading pictures with %d processes on %s", processes, path)
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait((stopped, pool.broken), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if pool.broken.done():
            pool.broken.result()
    finally:
        await server.drain()
        await pool.close()


if __name__ == "__main__":
    sys.exit(main())
