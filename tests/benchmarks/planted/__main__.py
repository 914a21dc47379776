"""Are planted causes found? `python -m tests.benchmarks.planted [--rows N] [--seeds N]`, some minutes.

For each cause and seed the same groups of the same rows, the features ranked as Manifold ranks them and as Atrium does.
Printed as tables for RESULTS.md; nothing is asserted.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import median

from .causes import CAUSES, Cause
from .judging import CALLED, COIN, Outcome, judged

HEAD = (
    f"| cause | by Manifold | by Atrium | q ≤ {CALLED} | innocents with it | the best slice names it | of A's rows |\n"
    "|---|---|---|---|---|---|---|"
)


def spread(ranks: Sequence[int | None]) -> str:
    """Such as `3 (1 to 9)`: the middle one, and from the best to the worst."""
    known = sorted(one for one in ranks if one is not None)
    if not known:
        return "left out"
    told = f"{median(known):g}" + (f" ({known[0]} to {known[-1]})" if known[0] != known[-1] else "")
    left = len(ranks) - len(known)
    return told + (f", left out {left} times" if left else "")


def line(cause: Cause, outcomes: Sequence[Outcome]) -> str:
    places = range(len(cause.guilty))
    cells = [
        cause.name,
        " and ".join(spread([outcome.manifold[place] for outcome in outcomes]) for place in places),
        " and ".join(spread([outcome.ours[place] for outcome in outcomes]) for place in places),
        f"{sum(outcome.called for outcome in outcomes)} of {len(places) * len(outcomes)}",
        f"{sum(outcome.innocent for outcome in outcomes)} of {(25 - len(places)) * len(outcomes)}",
        f"{sum(outcome.sliced for outcome in outcomes)} of {len(outcomes)}",
        f"{median(outcome.share for outcome in outcomes):.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.planted", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2, help="each takes about 1 GB at a million rows")
    given = parser.parse_args()
    jobs = [(place, given.rows, seed) for place in range(len(CAUSES)) for seed in range(given.seeds)]
    with ProcessPoolExecutor(given.processes) as pool:
        outcomes = list(pool.map(judged, *zip(*jobs, strict=True)))
    of_cause = [outcomes[start : start + given.seeds] for start in range(0, len(outcomes), given.seeds)]
    lines = [line(cause, found) for cause, found in zip(CAUSES, of_cause, strict=True)]
    foremost = Counter(outcome.foremost for outcome in outcomes).most_common(4)
    coins = [abs(outcome.coin) * 100 for outcome in outcomes if outcome.foremost == COIN]
    print(f"{given.rows:,} rows × 25 columns, {given.seeds} seeds.\n\n{HEAD}\n" + "\n".join(lines))  # noqa: T201
    print(f"\nFirst by Manifold: {', '.join(f'{name} {times} times' for name, times in foremost)}.")  # noqa: T201
    if coins:
        print(  # noqa: T201
            f"{COIN} is a fair coin. Where it was first, its shares in A and B differed by {median(coins):.2f} points "
            f"in the middle, {min(coins):.2f} to {max(coins):.2f}."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
