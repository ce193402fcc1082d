"""Keys of sites: listed with the discs that carry them, and trusted by a whole fingerprint only."""

from archived.catalog import events, media, surveys
from archived.formats.key_files import public_keys
from archived.formats.signing import new_key
from archived.model import Medium
from archived.states import LookEvent, LookState, MediumState
from archived.surveys import MediumLook
from tests.unit.archived.api.conftest import Daemon


def look_at_disc(daemon: Daemon, medium_id: str, pem: str) -> None:
    """A look found a disc that carries this key."""
    now = daemon.services.site.now()
    with daemon.services.catalog.write() as write:
        survey = surveys.under_way(write)
        number = survey.id if survey is not None else surveys.begin(write, "check", "uid:0", now)
        media.register(
            write,
            Medium(medium_id, MediumState.UNKNOWN, "bd-r", medium_id, "", "", 0, "main", None, None, None),
        )
        look = surveys.ask(write, MediumLook(0, number, medium_id, "identify", LookState.WANTED, now))
        finding = {
            "site_key": "1",
            "site_key_pem": pem,
            "key_known": False,
            "member": {"institution": "Ours"},
        }
        surveys.advance_look(write, look, LookEvent.BEGUN)
        surveys.advance_look(write, look, LookEvent.FINISHED, finding=finding, ended_at=now)


def test_keys_on_discs_are_counted_and_none_counts_before_a_person_says_so(daemon: Daemon) -> None:
    other, own = new_key().public, daemon.services.site.key.public
    for medium_id in ("D1", "D2"):
        look_at_disc(daemon, medium_id, other.pem.decode())
    look_at_disc(daemon, "D3", "no key at all")

    items = daemon.ask("GET", "/v1/keys").json()["items"]

    assert [(item["fingerprint"], item["trusted"], item["signs"]) for item in items] == [
        (own.fingerprint, True, True),
        (other.fingerprint, False, False),
    ]
    assert (items[1]["media"], items[1]["institutions"]) == (["D1", "D2"], ["Ours"])
    folder = daemon.services.site.tools.paths.keys
    for fingerprint, status in ((other.key_id, 409), ("0" * 64, 404)):
        wish = {"fingerprint": fingerprint, "reason": "compared"}
        assert daemon.ask("POST", "/v1/keys/trust", wish).status_code == status
    assert list(public_keys(folder)) == [own.key_id]

    wish = {"fingerprint": other.fingerprint, "reason": "as in the yearbook"}
    said = daemon.ask("POST", "/v1/keys/trust", wish, peer="uid:1007").json()

    assert said["trusted"]
    assert set(public_keys(folder)) == {own.key_id, other.key_id}
    with daemon.services.catalog.read() as read:
        looks = surveys.latest_looks(read)
        (told,) = [item for item in events.latest(read) if item.type == "key trusted"]
    assert [look.finding["key_known"] for look in looks] == [True, True, False]
    assert told.agent == "uid:1007"
    assert told.detail["fingerprint"] == other.fingerprint
