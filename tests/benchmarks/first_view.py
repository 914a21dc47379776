"""How long a reviewer on a throttled 3G line waits for the first picture and answer of a link, from an empty cache.

`python -m tests.benchmarks.first_view LINK`, of an installation that runs; the line is that of the developer tools'
preset "Fast 3G" before 2024: 1.44 Mbit/s down, 0.675 Mbit/s up, and 562.5 ms before each answer.
"""

import sys
from statistics import median

from playwright.sync_api import Browser, sync_playwright

DOWN = 1.44e6 / 8  # bytes a second
UP = 0.675e6 / 8
LATENCY_MS = 562.5
ROUNDS = 5

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
"""The answer stands in the page itself: with the first thing that is painted it is on show, in milliseconds."""
CAME = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(one =>
[one.name.split('/').pop().slice(0, 60), one.transferSize, Math.round(one.startTime), Math.round(one.responseEnd)])"""


def visit(browser: Browser, link: str) -> tuple[float, float, list[tuple[str, int, int, int]]]:
    """Milliseconds from the link's address to the answer on show, and to picture, answer and stage in a hand's reach;
    what came: name, bytes, start and end."""
    context = browser.new_context()
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP},
    )
    page.goto(link, wait_until="commit")
    page.locator(".answers .headline").wait_for()
    page.locator("[data-stage]").wait_for()
    page.locator("#bench-film :is(.over, .whole)").wait_for(state="detached")
    usable = page.evaluate("performance.now()")
    seen = page.evaluate(PAINTED)
    page.wait_for_load_state("networkidle")
    came = page.evaluate(CAME)
    context.close()
    return float(seen), float(usable), [tuple(one) for one in came]


def measure(link: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        rounds = [visit(browser, link) for _ in range(ROUNDS)]
        browser.close()
    for name, size, start, end in rounds[-1][2]:
        sys.stdout.write(f"{start:6} {end:6} ms {size:8} bytes  {name}\n")
    for what, times in (
        ("answer", [seen for seen, _, _ in rounds]),
        ("picture, answer and stage to work on", [usable for _, usable, _ in rounds]),
    ):
        middle, shortest, longest = (of(times) / 1000 for of in (median, min, max))
        sys.stdout.write(f"{what} after {middle:.2f} s, {shortest:.2f} to {longest:.2f}\n")


if __name__ == "__main__":
    measure(sys.argv[1])
