"""`make bench`: Atrium beside Gradio on the same model, in the same run.

    make bench ARGS="--seconds 10 --rounds 5 --write"

Each server answers closed-loop clients (1, 16 and 64 at a time) that send a picture nobody sent before. Printed:
answers a second, latency, and the CPU-milliseconds of all processes of a server for one answer. Nothing is asserted.
`make bench ARGS=--debugger` measures the debugger's kernels instead, beside scikit-learn, NumPy and Manifold.
"""

import argparse
import os
import sys
from contextlib import ExitStack

from infra.dev.ground import VAR, NotReady

from . import analyses, atrium_server, gradio_server, network, report
from .rounds import alternate


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of one round of one server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--alone", action="store_true", help="Atrium without its peers")
    parser.add_argument("--write", action="store_true", help=f"append the table to {report.RESULTS.name}")
    parser.add_argument("--note", default="", help="what is being measured, for the heading")
    parser.add_argument("--debugger", action="store_true", help="the debugger's kernels instead")
    given = parser.parse_args()
    if given.debugger:
        return analyses.main(["--manifold"])
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    load = os.getloadavg()[0]
    data = network.model()
    print(  # noqa: T201
        f"  {network.parameters(data):,} parameters, bare forward {network.forward_ms(data):.2f} CPU-ms alone, "
        f"{network.forward_ms(data, 32, 10):.2f} in batches of 32",
        flush=True,
    )
    try:
        with ExitStack() as stack:
            servers = [stack.enter_context(atrium_server.serving(data))]
            if not given.alone:
                gradio_server.install()
                file = VAR / "bench" / "model.onnx"
                file.write_bytes(data)
                servers += [stack.enter_context(gradio_server.serving(file, batch)) for batch in (0, 32)]
            alternate(servers, [1, 16], 1.0, 1)  # models loaded, caches warm
            measured = alternate(servers, given.clients, given.seconds, given.rounds)
    except NotReady as error:
        print(f"bench: {error}", file=sys.stderr)  # noqa: T201
        return 1
    text = f"{report.heading(given.note, load)}\n\n{report.table(measured)}"
    print(f"\n{text}")  # noqa: T201
    if given.write:
        report.append(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
