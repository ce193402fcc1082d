"""The alarm for packages that are in staging only for too long."""

from datetime import UTC, datetime, timedelta

import pytest

from archived.model import Image, Package, ProtectionSet
from archived.policy.exposure import Exposed, overdue
from archived.states import ImageState, PackageState, SetState

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = timedelta(days=14)


def package(name: str = "P1", day: int = 0, state: PackageState = PackageState.ACCEPTED) -> Package:
    return Package(
        id=name,
        state=state,
        storage_class="permanent",
        fonds="J001",
        series="A",
        volume="0001",
        version=1,
        title="",
        retention="permanent",
        confidentiality="public",
        source_path="in",
        owner=1000,
        reason="",
        file_count=1,
        size_bytes=1,
        root_digest="00",
        submitted_at=DAY0,
        accepted_at=DAY0 + timedelta(days=day),
    )


def image(state: ImageState, *, held: bool = False) -> Image:
    return Image("I1", state, "data", "bluray", "J001", "A", "permanent", "public", held, DAY0)


def forming(state: SetState) -> ProtectionSet:
    return ProtectionSet("7K3F", state, "bluray", 4, 2, "pool:bluray", "public", DAY0)


def test_a_package_is_overdue_only_past_its_limit() -> None:
    on_time = overdue([Exposed(package())], now=DAY0 + LIMIT, max_exposure=LIMIT, disks=1)
    assert on_time == ()
    late = overdue([Exposed(package())], now=DAY0 + LIMIT + timedelta(hours=1), max_exposure=LIMIT, disks=2)
    assert late[0].overdue_s == 3600.0
    assert late[0].limit_at == DAY0 + LIMIT
    assert "J001/A/0001 v1" in late[0].sentence
    assert late[0].safe == "its bytes lie checked in staging, on 2 disks; the original must be kept"


def test_the_oldest_comes_first_and_ids_are_stable() -> None:
    waiting = [Exposed(package("P2", day=1)), Exposed(package("P1"))]
    found = overdue(waiting, now=DAY0 + timedelta(days=30), max_exposure=LIMIT, disks=1)
    assert [item.id for item in found] == ["exposure-P1", "exposure-P2"]


@pytest.mark.parametrize("state", [s for s in PackageState if s is not PackageState.ACCEPTED])
def test_only_accepted_packages_are_exposed(state: PackageState) -> None:
    late = DAY0 + timedelta(days=99)
    assert overdue([Exposed(package(state=state))], now=late, max_exposure=LIMIT, disks=1) == ()


@pytest.mark.parametrize(
    ("exposed", "command"),
    [
        (Exposed(package()), "archivectl images close --all"),
        (Exposed(package(), image(ImageState.OPEN)), "archivectl images close I1"),
        (Exposed(package(), image(ImageState.CLOSED, held=True)), "archivectl images release I1"),
        (
            Exposed(package(), image(ImageState.CLOSED), forming(SetState.FORMING)),
            "archivectl sets close 7K3F",
        ),
        (
            Exposed(package(), image(ImageState.PROTECTED), forming(SetState.PROTECTED)),
            "archivectl library",
        ),
    ],
)
def test_each_names_the_command_that_moves_it_on(exposed: Exposed, command: str) -> None:
    found = overdue([exposed], now=DAY0 + timedelta(days=99), max_exposure=LIMIT, disks=1)
    assert found[0].command == command
