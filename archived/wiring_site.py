"""A site of drivers that somebody made: what is the same whether its devices are real, served or in this process."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from archived.sessions.tools import TAPE_BLOCKS_AHEAD, ProgressBoard, SitePaths, Tools
from devices.clock import Clock

if TYPE_CHECKING:  # every burn imports this module, and makes no site
    from archived.sessions.placed_reader import PlacedReader
    from archived.sessions.tools import Burner
    from archived.settings import Config
    from archived.stages.work import Site
    from archived.wiring_devices import Drivers
    from archived.wiring_stackers import Ways
    from robotics.cabinet import Cabinet


def software() -> str:
    """Name and version, as frozen into recipes."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"archived {version('archived')}"
    except PackageNotFoundError:
        return "archived (not installed)"


def site_of(
    config: "Config",
    paths: SitePaths,
    clock: Clock,
    made: "Drivers",
    burner: "Burner",
    *,
    ways: "Ways",
    cabinets: "Mapping[str, Cabinet]",
    readers: "Mapping[str, PlacedReader]",
    let_go: Callable[[], None] = lambda: None,
    tape_blocks_ahead: int = TAPE_BLOCKS_AHEAD,
) -> "Site":
    """The site with its key, its tools and a changer for each library: an SMC one, a person, or an arm with bins.

    `ways` lead to the arms; `cabinets`, `readers`, `let_go` and `tape_blocks_ahead` are as in `Tools`. Nothing is
    opened. Raises ProfileMistaken, ConfigurationError (no key that may be used).
    """
    from archived.formats.key_files import load_site_key
    from archived.stages.work import Site
    from archived.wiring_people import people_of
    from archived.wiring_readers import chips_of
    from archived.wiring_stackers import stackers_of
    from erasure.kernels import load_kernel

    people = people_of(config, made.drives, burner, cabinets)
    stackers = stackers_of(config, made.drives, burner, clock, ways)
    tools = Tools(
        clock,
        config,
        paths,
        made.changers | people | stackers,
        made.drives,
        burner,
        load_kernel(),
        ProgressBoard(clock),
        made.tapes,
        tape_blocks_ahead,
        cabinets=cabinets,
        readers=readers,
        chips=chips_of(made.tapes),
        let_go=let_go,
    )
    return Site(config, tools, software(), load_site_key(paths.keys))


__all__ = ["site_of", "software"]
