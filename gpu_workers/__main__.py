"""A worker: `python -m gpu_workers --pool default --device cpu`, or, of a team's own pool and from behind a firewall,
`python -m gpu_workers --url https://atrium.example --pool-key FILE`."""

import argparse
import gc
import os
import sys

from gpu_workers import logs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m gpu_workers", description="A worker of one pool on one device.")
    parser.add_argument("--pool", default="default", help="the pool to join")
    parser.add_argument("--device", default="cpu", help="what to compute on: cpu, or cuda:N for a GPU")
    parser.add_argument("--credit", type=int, default=32, help="how many jobs to take at once")
    parser.add_argument("--url", default="", help="the installation to connect out to, for a team's own pool")
    parser.add_argument("--pool-key", default="", metavar="FILE", help="the file with that pool's key (atp_…)")
    arguments = parser.parse_args()
    logs.configure()

    import uvloop

    from gpu_workers.worker.settings import Misconfigured, Settings
    from gpu_workers.worker.socket_layer import Refused
    from gpu_workers.worker.worker import Worker

    async def serve() -> None:
        await Worker(settings).run()

    failures: list[str] = []
    try:
        settings = Settings.from_environment(
            os.environ,
            pool=arguments.pool,
            device=arguments.device,
            credit=arguments.credit,
            url=arguments.url,
            key_file=arguments.pool_key,
        )
        gc.freeze()  # what is loaded now stays: collections need not look at it again
        uvloop.run(serve())
    except* (Misconfigured, Refused) as errors:  # tasks fail in groups
        failures = [str(error) for error in errors.exceptions]
    for failure in failures:
        sys.stderr.write(f"{failure}\n")
    return 2 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
