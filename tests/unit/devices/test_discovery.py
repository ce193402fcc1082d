"""What a portal offers, over a library that the test plays; a real portal is asked in tests/contract."""

import ctypes as c
from typing import Any

import pytest

from devices.failures import TransportLost
from devices.transports.discovery import OfferedTarget, discover
from devices.transports.iscsi import Chap
from devices.transports.libiscsi import SESSION_DISCOVERY, DiscoveredPortal, DiscoveredTarget


class Library:
    """Offers `targets`: names with their portals; `refuses` is the call that fails, `words` why."""

    def __init__(self, *targets: tuple[bytes, list[bytes]], refuses: str = "", words: bytes = b"") -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refuses, self.words = refuses, words
        self.keep: list[Any] = []
        self.first = self._listed(list(targets))

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.calls.append((name.removeprefix("iscsi_"), *arguments))
            special = {
                "iscsi_create_context": 77,
                "iscsi_get_error": self.words,
                "iscsi_discovery_sync": self.first,
            }
            return special.get(name, int(name == self.refuses))

        return call

    def _listed(self, targets: list[tuple[bytes, list[bytes]]]) -> Any:
        following = c.POINTER(DiscoveredTarget)()
        for name, portals in reversed(targets):
            portal = c.POINTER(DiscoveredPortal)()
            for text in reversed(portals):
                self.keep.append(DiscoveredPortal(portal, text))
                portal = c.pointer(self.keep[-1])
            self.keep.append(DiscoveredTarget(following, name, portal))
            following = c.pointer(self.keep[-1])
        return following


def test_every_target_with_its_portals_and_everything_is_given_back() -> None:
    library = Library((b"iqn.b", [b"10.0.0.2:3260,1", b"10.0.0.1:3260,2"]), (b"iqn.a", []))
    found = discover("10.0.0.1:3260", timeout_s=5, chap=Chap("u", "s"), initiator="iqn.me", library=library)
    assert found == (
        OfferedTarget("iqn.a", ()),
        OfferedTarget("iqn.b", ("10.0.0.1:3260", "10.0.0.2:3260")),
    )
    assert ("create_context", b"iqn.me") in library.calls
    assert ("set_session_type", 77, SESSION_DISCOVERY) in library.calls
    assert ("set_initiator_username_pwd", 77, b"u", b"s") in library.calls
    assert ("connect_sync", 77, b"10.0.0.1:3260") in library.calls
    last = [call[0] for call in library.calls[-4:]]
    assert last == ["free_discovery_data", "set_timeout", "logout_sync", "destroy_context"]


def test_a_portal_without_targets_is_no_failure() -> None:
    assert discover("p:1", timeout_s=5, library=Library()) == ()


@pytest.mark.parametrize("refuses", ["iscsi_connect_sync", "iscsi_login_sync", "nothing"])
def test_a_portal_that_refuses_says_why_and_the_session_is_given_up(refuses: str) -> None:
    library = Library(refuses=refuses, words=b"login failed\n")
    with pytest.raises(TransportLost, match=r"p:1: no list of targets \(login failed\)"):
        discover("p:1", timeout_s=5, library=library)
    assert library.calls[-1] == ("destroy_context", 77)


def test_a_port_at_which_nobody_listens_is_said_in_words() -> None:
    words = b"iscsi_service failed with : iscsi_service_reconnect_if_loggedin. Can not reconnect right now."
    with pytest.raises(TransportLost, match=r"p:1: no list of targets \(connection refused, or nothing"):
        discover("p:1", timeout_s=5, library=Library(refuses="iscsi_connect_sync", words=words))
