"""The main job, whole: a team shares a model from a notebook, a physician judges it, the team answers."""

import re
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import expect

from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.kernel import Kernel
from tests.journeys.mailbox import Mailbox
from tests.journeys.visitors import TABLET, Visitor
from tests.services import site

pytestmark = pytest.mark.journey

SENTENCE = "It reads the marker in the corner, not the lung."
REPLY = "Thank you. The next version is trained without the markers."
THANKS = "We cut the corner off now; please look again."


@pytest.fixture
def kernel(desk: Path) -> Iterator[Kernel]:
    films.write(desk)
    opened = Kernel(desk)
    yield opened
    opened.close()


def test_from_a_notebook_to_a_judgement_and_back(visit: Visit, kernel: Kernel) -> None:
    priya, dana = f"priya-{token_hex(4)}@example.org", f"dana-{token_hex(4)}@example.org"
    mail = site().folder / "mail"

    team = visit("team")
    sign_up(team, Mailbox(mail, priya))
    token = make_token(team)
    link = share_from_the_notebook(kernel, token)

    physician = visit("physician", TABLET, touch=True)
    bench = Bench(physician).open(link)
    try_a_case(bench)
    judge(bench, dana)
    nothing_is_lost_on_reload(bench)

    answer_in_the_inbox(team)
    expect(bench.conversation).to_contain_text(REPLY)  # while the page stays open
    physician.sees_a_sound_page()
    come_back_by_mail(visit, Mailbox(mail, dana))

    assert (
        kernel.run("thread, = project.inbox(); print(thread.flag.message, len(thread.flag.marks))") == f"{SENTENCE} 1"
    )
    kernel.run(f"thread.reply({THANKS!r}); thread.resolve()")
    expect(bench.conversation).to_contain_text(THANKS)
    assert kernel.run("print(len(list(project.inbox())), thread.status)") == "0 resolved"
    team.page.reload()
    expect(team.page.get_by_role("log").or_(team.page.locator("#talk"))).to_contain_text(THANKS)
    team.sees_a_sound_page()
    assert team.strangers + physician.strangers == []  # no page asked anybody else for anything


def sign_up(team: Visitor, mailbox: Mailbox) -> None:
    page = team.page
    page.goto(site().url)
    team.sees_a_sound_page()
    page.goto(f"{site().url}/accounts/signup/")
    page.get_by_label("Your name").fill("Priya Nair")
    page.get_by_label("Email").fill(mailbox.address)
    page.get_by_label("Password").fill("correct horse battery")
    team.sees_a_sound_page()
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    team.sees_a_sound_page()
    page.goto(mailbox.link("/accounts/confirm-email/"))
    team.sees_a_sound_page()
    page.get_by_role("button", name="Confirm this address").click()
    page.get_by_label("Name of the team").fill("Lakeside Imaging")
    team.sees_a_sound_page()
    page.get_by_role("button", name="Create the team").click()
    expect(page).to_have_url(re.compile("/t/lakeside-imaging"))
    team.sees_a_sound_page()


def make_token(team: Visitor) -> str:
    page = team.page
    page.goto(f"{page.url}settings/tokens/")
    team.sees_a_sound_page()
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog", name="New token")
    dialog.get_by_label("Name").fill("Notebook")
    team.sees_a_sound_page()
    dialog.get_by_role("button", name="Make the token").click()
    made = page.get_by_role("dialog", name="Copy this token now")
    token = made.locator("#secret").inner_text()
    assert token.startswith("atr_")
    team.sees_a_sound_page()
    made.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("row", name="Notebook")).to_be_visible()
    return token


def share_from_the_notebook(kernel: Kernel, token: str) -> str:
    kernel.run(
        f"from atrium_client import Atrium, Card, Image, Label\natrium = Atrium({site().url!r}, token={token!r})"
    )
    kernel.run('project = atrium.project("Chest films", create=True)')
    card = 'Card(purpose="Finds fluid on films.", not_for="Diagnosis.", contact="priya@example.org")'
    said = kernel.run(
        f"""
        version = project.upload(
            "effusion", "corner.onnx",
            inputs=[Image("film", size=(32, 32), mode="L", scale=1/255)],
            outputs=[Label("finding", classes={list(films.CLASSES)}, activation="softmax")],
            example=["film.png"], card={card})
        version
        """
    )
    assert "effusion v1 is ready" in said
    link = kernel.run('print(version.deploy().share(role="review", label="Ward"))')
    assert link.startswith(f"{site().url}/l/")
    return link


def try_a_case(bench: Bench) -> None:
    """An example answered already; the corner covered by a finger; another answer beside the first."""
    bench.shows("effusion", films.CERTAIN)
    expect(bench.attempts).to_have_count(1)
    bench.visitor.sees_a_sound_page()
    bench.page.get_by_role("button", name="Cover a part").click()
    bench.drag_by_finger(*bench.corner_to_middle())
    bench.shows("effusion", films.COVERED, "−0.96")
    bench.shows("clear", films.CERTAIN, "+0.96")
    expect(bench.attempts).to_have_count(2)
    bench.visitor.sees_a_sound_page()


def judge(bench: Bench, address: str) -> None:
    page = bench.page
    page.get_by_role("radio", name="Right, wrong reason").check()
    page.get_by_role("group", name="Mark where").get_by_role("button", name="Box").click()
    bench.drag_by_finger(*bench.corner_to_middle())
    expect(page.get_by_role("button", name="Remove mark 1")).to_be_visible()
    page.get_by_label("In one sentence").fill(SENTENCE)
    page.get_by_label("Your name").fill("Dr. Dana Reyes")
    page.get_by_label("E-mail for the reply").fill(address)
    bench.visitor.sees_a_sound_page()
    page.get_by_role("button", name="Send to Lakeside Imaging").click()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")
    bench.visitor.sees_a_sound_page()


def nothing_is_lost_on_reload(bench: Bench) -> None:
    bench.page.reload()
    bench.ready()
    expect(bench.attempts).to_have_count(2)
    bench.shows("effusion", films.COVERED, "−0.96")
    expect(bench.attempts.nth(1)).to_contain_text("Right, wrong reason")


def answer_in_the_inbox(team: Visitor) -> None:
    page = team.page
    page.goto(re.sub(r"/settings/.*", "/chest-films/inbox/", page.url))
    expect(page.get_by_role("article")).to_contain_text(SENTENCE)  # the first case is open beside the list
    expect(page.get_by_role("article")).to_contain_text("Dr. Dana Reyes")
    team.sees_a_sound_page()
    page.get_by_role("article").get_by_role("textbox").fill(REPLY)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk")).to_contain_text(REPLY)
    team.sees_a_sound_page()


def come_back_by_mail(visit: Visit, mailbox: Mailbox) -> None:
    """On another device, by the address in the mail; looking at it spends nothing."""
    elsewhere = visit("elsewhere")
    page = elsewhere.page
    page.goto(mailbox.link("/return/"))
    elsewhere.sees_a_sound_page()
    page.get_by_role("button", name="Open the case").click()
    bench = Bench(elsewhere).ready()
    expect(bench.conversation).to_contain_text(REPLY)
    expect(bench.attempts).to_have_count(2)
    elsewhere.sees_a_sound_page()
