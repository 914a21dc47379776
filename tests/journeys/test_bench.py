"""The bench by keyboard, on a phone, without pictures, over cuts, and when its link ends."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from infra.dev.processes import Process
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.served import Served
from tests.journeys.visitors import PHONE

pytestmark = pytest.mark.journey

CUT = ("WebSocket", "ERR_CONNECTION", "ERR_INTERNET_DISCONNECTED", "Failed to load resource")
"""What a browser says of a line that was cut on purpose."""


def test_by_keyboard_alone(served: Served, visit: Visit) -> None:
    bench = Bench(visit("keyboard")).open(str(served.films.share()))
    press = bench.page.keyboard.press
    press("e")
    expect(bench.canvas).to_be_focused()
    press("o")
    press("Enter")
    for _ in range(20):  # a fifth of the picture larger on both sides
        press("Shift+ArrowRight")
        press("Shift+ArrowDown")
    for _ in range(40):  # and into the top right corner
        press("ArrowRight")
        press("ArrowUp")
    press("Enter")
    bench.shows("effusion", films.COVERED, "−0.96")
    expect(bench.attempts).to_have_count(2)
    press("z")
    bench.shows("effusion", films.CERTAIN)
    press("h")
    bench.shows("effusion", films.FLIPPED)
    press("x")
    bench.shows("effusion", films.CERTAIN)
    press("Escape")
    steps = bench.attempts.count() - 1  # the cover is among them where it lay for a second
    for _ in range(steps):
        press("]")
    bench.shows("effusion", films.FLIPPED, "−0.92")
    for _ in range(steps):
        press("[")
    bench.shows("effusion", films.CERTAIN)

    press("f")
    expect(bench.page.get_by_role("radio", name="Right", exact=True)).to_be_focused()
    press("ArrowRight")
    press("ArrowRight")
    expect(bench.page.get_by_role("radio", name="Wrong", exact=True)).to_be_checked()
    bench.visitor.sees_a_sound_page()
    press("Tab")
    expect(bench.page.get_by_label("Correct answer")).to_be_focused()
    bench.page.keyboard.type("clear")
    for _ in range(12):
        press("Tab")
        if bench.page.get_by_label("In one sentence").evaluate("field => field === document.activeElement"):
            break
    bench.page.keyboard.type("The lung is clear.")
    for _ in range(3):
        press("Tab")
    expect(bench.page.get_by_role("button", name="Send to Lakeside Imaging")).to_be_focused()
    press("Enter")
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")
    thread = next(iter(served.project.inbox()))
    assert (thread.flag.verdict, thread.flag.correction) == ("wrong", {"finding": "clear"})
    assert thread.flag.message == "The lung is clear."


def test_on_a_phone(served: Served, visit: Visit) -> None:
    phone = visit("phone", PHONE, dark=True, touch=True)
    bench = Bench(phone).open(str(served.films.share()))
    phone.sees_a_sound_page()
    phone.sees_nothing_beyond_the_edge()
    phone.finds_every_target_large_enough()
    bench.page.get_by_role("button", name="Cover a part").tap()
    phone.finds_every_target_large_enough()
    bench.drag_by_finger(*bench.corner_to_middle())
    dock = bench.page.get_by_role("region", name="The answer, in short")
    expect(dock).to_contain_text("clear 0.98")
    expect(dock).to_be_in_viewport()
    dock.get_by_role("button", name="Flag").tap()
    expect(bench.page.get_by_role("radio", name="Unsure")).to_be_in_viewport()
    bench.page.get_by_role("radio", name="Unsure").check()
    phone.sees_a_sound_page()
    phone.sees_nothing_beyond_the_edge()
    phone.finds_every_target_large_enough()
    bench.page.get_by_role("button", name="Send to Lakeside Imaging").tap()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")


def test_a_model_of_fields(served: Served, visit: Visit) -> None:
    visitor = visit("fields")
    bench = Bench(visitor).open(str(served.forms.share()))
    page = bench.page
    expect(bench.answer).to_contain_text(re.compile(r"130\.0\s*%"))
    visitor.sees_a_sound_page()
    page.get_by_label("age").fill("81")
    expect(bench.answer).to_contain_text(re.compile(r"151\.0\s*%\s*\+21\.00 from 130\.0"))
    page.get_by_label("sex").select_option("male")
    expect(bench.answer).to_contain_text("161.0")
    page.get_by_label("pulse").fill("71,5")
    expect(bench.answer).to_contain_text("162.5")
    page.get_by_label("place").select_option("home")
    expect(bench.answer).to_contain_text("164.5")
    page.get_by_label("note").fill("Größe „3“ <b>")
    expect(bench.answer).to_contain_text("Größe „3“ <b>")
    page.get_by_label("age").fill("130")
    expect(page.get_by_text("At most 120.0 years.")).to_be_visible()
    visitor.sees_a_sound_page()
    page.get_by_label("age").fill("82")
    expect(bench.answer).to_contain_text("165.5")
    page.keyboard.press("Tab")
    page.get_by_role("radio", name="Wrong", exact=True).check()
    page.get_by_label("Correct answer: risk").fill("99,5")
    page.get_by_role("button", name="Send to Lakeside Imaging").click()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")
    page.reload()
    bench.ready()
    expect(page.get_by_label("age")).to_have_value("82")
    expect(bench.answer).to_contain_text("165.5")
    flags = [thread.flag for thread in served.project.inbox()]
    assert {"risk": 99.5} in [flag.correction for flag in flags]


def test_words_are_masked_and_rewritten_and_a_cell_is_set(served: Served, visit: Visit) -> None:
    """Each is an edit of its own in the list, and can be taken back."""
    bench = Bench(visit("editor")).open(str(served.forms.share()))
    page, changes = bench.page, bench.page.get_by_role("region", name="What you changed")
    note = page.get_by_label("note")
    expect(note).to_have_value("first")
    note.press("ControlOrMeta+a")
    page.get_by_role("button", name="Mask").click()
    expect(note).to_have_value("[MASK]")
    expect(bench.answer).to_contain_text("[MASK]")
    note.press("Home")
    note.press("Shift+ArrowRight")
    note.press("x")  # while edits lie on it, nothing is typed in it
    page.get_by_role("button", name="Rewrite").click()
    page.get_by_label("These words become").fill("the ")
    page.keyboard.press("Enter")
    expect(bench.answer).to_contain_text("the MASK]")
    page.get_by_label("pulse").fill("90")
    expect(bench.answer).to_contain_text("150.0")
    expect(changes.get_by_role("listitem")).to_contain_text(["“[MASK]”", "“the ”", "pulse = 90"])
    bench.visitor.sees_a_sound_page()
    changes.get_by_role("button", name="Take back: Words become “the ”").click()
    changes.get_by_role("button", name="In effect: pulse = 90").click()
    expect(bench.answer).to_contain_text("[MASK]")
    expect(bench.answer).to_contain_text("130.0")


def test_a_photograph_that_says_which_way_is_up(served: Served, visit: Visit, tmp_path: Path) -> None:
    bench = Bench(visit("photograph")).open(str(served.films.share()))
    lying = films.film().rotate(90, expand=True)  # the marker lies top left, and the tag says: turn it clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    lying.save(stream, "JPEG", quality=95, exif=exif)
    bench.page.get_by_role("button", name="Try your own").click()
    with bench.page.expect_file_chooser() as chooser:
        bench.page.get_by_role("region", name="Choose a case").get_by_text("Choose a picture").click()
    chooser.value.set_files({"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()})
    expect(bench.page.get_by_role("navigation", name="Cases")).to_contain_text("of 2")
    bench.shows("effusion", films.CERTAIN)
    bench.visitor.sees_a_sound_page()
    bench.page.reload()
    bench.ready()
    expect(bench.page.get_by_role("navigation", name="Cases")).to_contain_text("of 2")

    (tmp_path / "letter.png").write_bytes(b"no picture at all")
    bench.page.get_by_role("button", name="Try your own").click()
    with bench.page.expect_file_chooser() as chooser:
        bench.page.get_by_role("region", name="Choose a case").get_by_text("Choose a picture").click()
    chooser.value.set_files(tmp_path / "letter.png")
    expect(bench.page.get_by_role("alert")).to_contain_text("PNG, JPEG")
    expect(bench.page.get_by_role("alert")).to_contain_text("letter.png")


def test_a_server_that_goes_away_and_comes_back(served: Served, visit: Visit, web_process: Process) -> None:
    visitor = visit("cut")
    bench = Bench(visitor).open(str(served.films.share()))
    assert web_process.child is not None
    web_process.child.kill()
    web_process.child.wait()
    try:
        with bench.page.expect_request("**/health/"):  # sockets have failed so often that it looks for another way
            expect(bench.page.get_by_role("contentinfo")).to_contain_text("Reconnecting")
        expect(bench.page.get_by_role("contentinfo")).to_contain_text("Reconnecting")
        bench.page.get_by_role("button", name="Cover a part").click()
        bench.drag(*bench.corner_to_middle())
        expect(bench.page.get_by_role("button", name=re.compile("Take back: Cover"))).to_be_visible()
    finally:
        web_process.start()
        web_process.wait()
    bench.connected()
    bench.shows("effusion", films.COVERED, "−0.96")
    expect(bench.attempts).to_have_count(2)
    bench.page.reload()
    bench.ready()
    bench.shows("effusion", films.COVERED, "−0.96")
    visitor.sees_a_sound_page(allowed=CUT)


def test_what_was_tried_before_a_cut_is_kept(served: Served, visit: Visit) -> None:
    visitor = visit("tunnel")
    bench = Bench(visitor).open(str(served.films.share()))
    bench.page.get_by_role("button", name="Cover a part").click()
    bench.drag(*bench.corner_to_middle())
    bench.shows("effusion", films.COVERED, "−0.96")
    visitor.context.set_offline(True)
    expect(bench.page.get_by_role("contentinfo")).to_contain_text("Reconnecting")
    bench.attempts.first.click()
    bench.shows("effusion", films.CERTAIN)
    with bench.page.expect_response("**/keep") as kept:
        visitor.context.set_offline(False)
    assert kept.value.ok
    bench.page.reload()
    bench.ready()
    bench.shows("effusion", films.CERTAIN)
    expect(bench.attempts).to_have_count(2)
    visitor.sees_a_sound_page(allowed=CUT)


def test_a_link_that_is_revoked_while_it_is_open(served: Served, visit: Visit) -> None:
    link = served.films.share()
    visitor = visit("revoked")
    bench = Bench(visitor).open(str(link))
    bench.page.get_by_role("radio", name="Unsure").check()
    bench.page.get_by_label("In one sentence").fill("Half a thought")
    link.revoke()
    expect(bench.page.get_by_role("heading", name="This link no longer works")).to_be_visible(timeout=3_000)
    expect(bench.page.get_by_role("main")).to_contain_text("Half a thought")
    visitor.sees_a_sound_page(allowed=CUT)
    bench.page.goto(str(link))
    expect(bench.page.get_by_role("heading", name="This link was withdrawn")).to_be_visible()
    visitor.sees_a_sound_page(allowed=("410", "403", "404", *CUT))


def test_a_link_that_only_shows(served: Served, visit: Visit) -> None:
    visitor = visit("viewer")
    bench = Bench(visitor).open(str(served.films.share(role="view")))
    bench.shows("effusion", films.CERTAIN)
    expect(bench.page.get_by_role("button", name="Cover a part")).to_have_count(0)
    expect(bench.judgement).to_have_count(0)
    expect(bench.page.get_by_text("This link shows stored examples.")).to_be_visible()
    visitor.sees_a_sound_page()
