"""What a screen reader is given of a bench: roles and names in the order in which they are seen, and what is said."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.served import Served

pytestmark = pytest.mark.journey

PICTURE = """
- banner:
  - text: Atrium
  - heading "corner" [level=1]
  - paragraph: Shared by Alice, Lakeside Imaging
  - navigation "Cases":
    - strong: Case 1
    - text: of 1 Example 1
    - button "Try your own"
  - group
- main:
  - paragraph: Finds fluid on films.
  - text: Research use only
  - button "About this model"
  - 'toolbar "Looking: changes the view, never what the model sees"'
  - region "Picture":
    - application /Example 1\\. Looking\\..* E edits what the model sees\\./
  - button "Cover a part"
  - region "Attempts 1":
    - list:
      - listitem:
        - button "Original 1 effusion 0.98 as received" [pressed]
  - region "Answer":
    - heading "Answer" [level=2]
    - list:
      - listitem: effusion 0.98
      - listitem: clear 0.02
    - 'status': "Answer: effusion 0.98"
  - region "Your judgement":
    - heading "Your judgement" [level=2]
    - group "Is this answer right?":
      - radio "Right"
      - radio "Right, wrong reason"
      - radio "Wrong"
      - radio "Unsure"
- contentinfo:
  - status: Connected
"""
TOOLS = """
- 'toolbar "Editing: changes what the model sees"':
  - button "Cover a part (O)" [pressed]
  - button "Crop (C)"
  - button "Rotate (R)"
  - button "Flip (H)"
  - button "Brightness and contrast (B)"
  - button "Draw a line (D)"
  - button "Blur (U)"
  - button "Noise (N)"
  - group "Shape of the cover":
    - button "Box" [pressed]
    - button "Ellipse"
  - group "Cover with":
    - button "Black" [pressed]
    - button "Average"
    - button "Blur"
  - button "Undo (Z)"
  - button "Back to the original (X)"
  - button "Hold to see the original (A)"
  - button "Done"
"""
FIELDS = """
- main:
  - form "What the model is given":
    - textbox "age years"
    - combobox "sex"
    - group /^vitals/:
      - textbox "pulse 1/min"
      - combobox "place"
    - textbox "note"
    - group "Chosen words":
      - button "Mask" [disabled]
      - button "Rewrite" [disabled]
  - region "Attempts 1"
  - region "Answer":
    - heading "risk" [level=3]
    - heading "echo" [level=3]
    - 'status': /Answer. risk 130\\.0 %; first/
  - region "Your judgement"
"""
WATCH = """() => {
  window.said = [];
  for (const one of document.querySelectorAll('[role=status], [aria-live], [role=alert]'))
    new MutationObserver(() => { if (one.textContent.trim()) window.said.push(one.textContent.trim()) })
      .observe(one, {childList: true, characterData: true, subtree: true});
}"""


def said(page: Page, what: str) -> int:
    """How often something was said since WATCH."""
    return sum(what in one for one in page.evaluate("window.said"))


def test_a_bench_with_a_picture(served: Served, visit: Visit) -> None:
    bench = Bench(visit("listener")).open(str(served.films.share()))
    page = bench.page
    expect(bench.attempts).to_have_count(1)
    expect(page.locator("body")).to_match_aria_snapshot(PICTURE)
    assert bench.canvas.get_attribute("aria-description") == f"{films.SIDE} × {films.SIDE} pixels"

    page.keyboard.press("e")
    expect(page.get_by_role("group", name="Cover with")).to_be_visible()
    expect(page.locator(".bench")).to_match_aria_snapshot(TOOLS)
    page.evaluate(WATCH)
    bench.drag(*bench.corner_to_middle())
    bench.shows("effusion", films.COVERED, "−0.96")
    expect(bench.attempts).to_have_count(2)
    assert said(page, "Answer: clear 0.98") == 1, page.evaluate("window.said")
    description = bench.canvas.get_attribute("aria-description")
    assert description == f"{films.SIDE} × {films.SIDE} pixels, one change"


def test_a_bench_with_fields_a_text_and_a_table(served: Served, visit: Visit) -> None:
    bench = Bench(visit("listener")).open(str(served.forms.share()))
    expect(bench.attempts).to_have_count(1)
    expect(bench.page.locator("body")).to_match_aria_snapshot(FIELDS)
