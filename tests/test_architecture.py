"""The shape of the code itself: who may import whom, how long things may be, and where time may be read."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT: dict[str, set[str]] = {
    "devices": set(),
    "erasure": set(),
    "robotics": {"devices"},
    "backends": {"devices"},
    "simulator": {"devices", "robotics", "backends"},
    "archived": {"backends", "robotics", "erasure", "devices", "simulator"},
    "cli": {"archived", "backends", "erasure"},
}
#: Inside `archived`, downwards only; a layer may import its own and every lower one.
LAYERS: list[set[str]] = [
    {
        "model",
        "media_kinds",
        "batches",
        "cages",
        "care",
        "copy_states",
        "medium_states",
        "medium_health",
        "health_rules",
        "health_settings",
        "health_text",
        "health_thresholds",
        "alerts",
        "alert_rules",
        "alert_settings",
        "alert_settings_text",
        "approvals",
        "retention",
        "destructions",
        "retention_settings",
        "purchases",
        "certificates",
        "transports",
        "cases",
        "cleanings",
        "regained",
        "repair_settings",
        "item_states",
        "look_states",
        "surveys",
        "tasks",
        "hot_items",
        "inner_files",
        "names",
        "carried_names",
        "leaving_out",
        "enumeration",
        "states",
        "config",
        "settings",
        "settings_rules",
        "care_rules",
        "cleaning_settings_text",
        "settings_text",
        "verification_settings",
        "verification_rules",
        "verification_text",
        "fixity",
        "device_rules",
        "robot_kinds",
        "robot_profiles",
        "simulated_rooms",
        "reader_kinds",
        "reader_rules",
        "people_rules",
        "chap_secrets",
        "real_settings",
        "errors",
        "found_devices",
        "byte_size",
        "language",
        "spoken",
        "log_lines",
        "service_manager",
        "text_encodings",
        "time_of_day",
    },
    {"policy", "catalog", "formats"},
    {"sessions", "scan", "alerting"},
    {"stages"},
    {"routines", "reports"},
    {"api"},
    {
        "wiring",
        "wiring_devices",
        "wiring_readers",
        "wiring_hardware",
        "wiring_people",
        "wiring_rooms",
        "wiring_scan",
        "wiring_site",
        "wiring_stackers",
    },
    {"daemon"},
    {"__main__", "burn", "room", "founding", "restore_report", "restoring", "scan_command", "service_unit"},
]
#: Policy knows no clock, SQL or device; formats no policy; the catalog no device; sessions no SQL.
IGNORANT_OF: dict[str, set[str]] = {
    "policy": {"sqlalchemy", "archived.catalog", "devices", "robotics"},
    "catalog": {"devices", "robotics", "backends"},
    "formats": {"sqlalchemy", "archived.policy", "archived.catalog"},
    "sessions": {"sqlalchemy", "archived.catalog"},
    "states": {"sqlalchemy", "devices"},
}
CONSTRUCTED_IN_WIRING = {
    "robotics.changers.person.PersonChanger",
    "robotics.changers.smc.SmcChanger",
    "devices.transports.usb.UsbLine",
    "robotics.arms.aleratec.AleratecArm",
    "robotics.arms.nimbie.NimbieArm",
    "robotics.arms.generic.GenericArm",
    "robotics.arms.rimage.RimageArm",
    "robotics.readers.pcsc.PcscReader",
    "robotics.readers.pn532.Pn532Reader",
    "robotics.readers.rdm6300.Rdm6300Reader",
    "robotics.readers.yrm100.Yrm100Reader",
    "backends.optical.drive.MmcDrive",
    "backends.tape.ssc_drive.SscTapeDrive",
    "devices.transports.room.RoomTransport",
    "devices.transports.sgio.SgIoTransport",
    "devices.transports.iscsi.IscsiTransport",
    "devices.transports.serial.SerialPort",
    "devices.transports.expected.ExpectedTransport",
}
#: The simulator uses the wire tables and never who speaks them.
DRIVERS = (
    "robotics.changers",
    "robotics.arms.aleratec.",
    "robotics.arms.generic.",
    "robotics.arms.nimbie.",
    "robotics.arms.rimage.",
    "robotics.readers.cartridge_chip.",
    "robotics.readers.listening.",
    "robotics.readers.pcsc.",
    "robotics.readers.pn532.",
    "robotics.readers.rdm6300.",
    "robotics.readers.yrm100.",
    "backends.optical.drive",
    "backends.tape.ssc_drive",
    "backends.tape.navigation",
)
MODULE_LINES_MAX = 400
TEST_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
#: What only the rescue commands of `cli` know: how a disc is read without a daemon.
RESCUE_ONLY = ("archived.formats", "backends", "erasure")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "util", "helper", "misc"} | set(sys.stdlib_module_names)
#: The one module that reads time and sleeps.
CLOCK = Path("devices/clock.py")

PRODUCT = [p for top in sorted(MAY_IMPORT) for p in sorted((ROOT / top).rglob("*.py"))]
#: Where people are spoken to.
SPEAKING = {"archived", "cli"}
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(part: str) -> int | None:
    return next((number for number, names in enumerate(LAYERS) if part in names), None)


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_module_imports_only_what_it_may(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[0]
    modules = set(imported_modules(tree))

    strangers = ({m.partition(".")[0] for m in modules} & set(MAY_IMPORT)) - {package} - MAY_IMPORT[package]
    assert not strangers, f"{package} must not import {sorted(strangers)}"

    if package == "simulator":
        drivers = {m for m in modules if m.startswith(DRIVERS)}
        assert not drivers, f"the simulator uses wire tables only, not {sorted(drivers)}"
    if package == "archived" and len(parts) > 1 and parts[1] != "__init__":
        mine = layer_of(parts[1])
        assert mine is not None, f"{name_of(path)} stands in no layer"
        for module in modules:
            pieces = module.split(".")
            if pieces[0] == "archived" and len(pieces) > 1:
                theirs = layer_of(pieces[1])
                assert theirs is None or theirs <= mine, f"{name_of(path)} must not import {module}"
        if not parts[1].startswith("wiring"):
            made = modules & CONSTRUCTED_IN_WIRING
            assert not made, f"only wiring constructs {sorted(made)}"
            assert not any(m.partition(".")[0] == "simulator" for m in modules)
        for forbidden in IGNORANT_OF.get(parts[1], set()):
            known = {m for m in modules if m == forbidden or m.startswith(f"{forbidden}.")}
            assert not known, f"{parts[1]} must know nothing of {forbidden}: {sorted(known)}"
    if package == "cli" and not parts[-1].startswith("rescue_"):
        reading = {m for m in modules if m.startswith(tuple(f"{name}." for name in RESCUE_ONLY))}
        reading |= modules & set(RESCUE_ONLY)
        assert not reading, f"only the rescue commands import {sorted(reading)}"
    if package == "cli":
        deeper = {m for m in modules if m.startswith("backends.") and "udf" not in m.split(".")}
        assert not deeper, f"cli reads discs by the UDF reader only, not by {sorted(deeper)}"
    if parts[:3] == ("backends", "optical", "udf"):
        reading, writing = {"reader", "parsing"}, {"writer", "layout", "descriptors", "names", "cost"}
        strangers = writing if parts[3] in reading else reading if parts[3] in writing else set()
        shared = {
            m for m in modules if m.startswith("backends.optical.udf.") and m.split(".")[3] in strangers
        }
        assert not shared, f"reader and writer share constants only, not {sorted(shared)}"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_module_and_its_functions_stay_small(path: Path) -> None:
    if "versions" in path.parts:  # generated migrations are exempt
        return
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MODULE_LINES_MAX
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} is {length} lines"


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_test_module_stays_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= TEST_LINES_MAX


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_module_name_says_something_of_its_own(path: Path) -> None:
    if path.stem not in {"__init__", "__main__"}:
        assert path.stem not in FORBIDDEN_NAMES, f"{name_of(path)}: rename it by its noun"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_time_is_read_and_slept_only_through_the_clock(path: Path) -> None:
    if path.relative_to(ROOT) == CLOCK or path.name == "rebuild.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            assert called not in {
                "time.time",
                "time.sleep",
                "time.monotonic",
                "time.time_ns",
                "datetime.now",
                "datetime.utcnow",
                "datetime.datetime.now",
                "date.today",
            }, f"{name_of(path)}:{node.lineno} {called}: use the clock"


def test_every_code_folder_is_declared_for_packaging() -> None:
    declared = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    for init in (p for top in MAY_IMPORT for p in (ROOT / top).rglob("__init__.py")):
        dotted = ".".join(init.parent.relative_to(ROOT).parts)
        assert f"    {dotted}\n" in declared, f"{dotted} is missing in setup.cfg"


@pytest.mark.parametrize(
    "path", [p for p in PRODUCT if p.relative_to(ROOT).parts[0] in SPEAKING], ids=name_of
)
def test_a_module_that_speaks_calls_nothing_else_by_the_translator_s_name(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if "archived.language._" not in set(imported_modules(tree)):
        return
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store)
        assert not stored, f"line {node.lineno}: `_` translates in this module"
        assert not (isinstance(node, ast.arg) and node.arg == "_"), f"line {node.lineno}: `_` translates"
