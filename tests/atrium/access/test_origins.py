"""A socket is opened by our own pages only, whatever other pages the same machine serves."""

from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.apps.sharing.links import Browser
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")


@pytest.mark.parametrize("which", ["another port", "another host", "its address", "a longer name", "null", "none"])
def test_another_origins_page_opens_no_socket(lab: Lab, which: str) -> None:
    browser = Browser(*lab.link())
    ours = urlsplit(site().url)
    origin = {
        "another port": f"http://{ours.hostname}:1",
        "another host": f"http://evil.example:{ours.port}",
        "its address": f"http://127.0.0.1:{ours.port}",
        "a longer name": f"{site().url}.evil.example",
        "null": "null",
        "none": None,
    }[which]
    address = f"ws://{ours.netloc}{browser.url}socket"
    cookies = {"Cookie": browser.cookies()}
    connect(address, additional_headers=cookies, origin=Origin(site().url)).close()
    with pytest.raises(InvalidStatus) as refused:
        connect(address, additional_headers=cookies, origin=None if origin is None else Origin(origin))
    assert refused.value.response.status_code == 403
