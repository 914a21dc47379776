"""A function that reaches no server says so, and is tried on."""

from atrium_client import Atrium, Endpoint, Served, Text
from atrium_client.functions import Function
from tests.client.network import Network
from tests.client.test_endpoints import FORM
from tests.waiting import until


def test_what_stands_in_the_way_is_said(atrium: Atrium, network: Network) -> None:
    said: list[str] = []
    function = Function(str.upper, [Text("word")], [Text("said")])
    endpoint = Endpoint(FORM, atrium._connection)
    served = Served(endpoint, function, atrium._connection, say=said.append, pause=lambda _: 0.01)
    until(lambda: served.state == "offline")
    served.until_online(0.0)
    served.stop()
    assert said[0].startswith("“views” does not reach the server yet (the server answered 404)")
    assert "WebSockets" in said[0]
    assert (served.state, "offline" in repr(served)) == ("stopped", False)
