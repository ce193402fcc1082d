"""What a simulated tape drive tells about itself and its cartridge: log pages, densities, cartridge memory. Pure."""

from backends.interface import AttributeFormat, MamAttribute
from backends.tape.attributes import MEBIBYTE, Attribute
from backends.tape.densities import (
    GENERATIONS,
    MAM_CLEANING,
    MAM_DATA,
    MAM_WORM,
    Generation,
    can_read,
    can_write,
)
from backends.tape.log_pages import (
    ALERT_RESPONSE,
    BYTES_PROCESSED,
    CLEANINGS,
    CORRECTED,
    DEVICE_STATISTICS,
    LIFETIME_LOADS,
    READ_ERRORS,
    READ_LIFE_MB,
    SUPPORTED_PAGES,
    TAPE_ALERT,
    UNCORRECTED,
    VOLUME_LOADS,
    VOLUME_READ_ERRORS,
    VOLUME_STATISTICS,
    VOLUME_WRITE_ERRORS,
    WRITE_ERRORS,
    WRITTEN_LIFE_MB,
    LogPage,
    alert_response,
    tape_alert,
    volume_statistics,
)
from backends.tape.ssc import DensitySupport
from simulator.cartridge import Chip
from simulator.tape_head import Tally
from simulator.world import Drive

_PAGES = (
    SUPPORTED_PAGES,
    WRITE_ERRORS,
    READ_ERRORS,
    ALERT_RESPONSE,
    DEVICE_STATISTICS,
    VOLUME_STATISTICS,
    TAPE_ALERT,
)
#: A dirty head corrects this many times what a clean one does: once in a hundred blocks of a MiB.
_CLEAN_BYTES_PER_CORRECTION, _DIRTY_BYTES_PER_CORRECTION = 100 * MEBIBYTE, MEBIBYTE


def log_page(
    page: int, *, tally: Tally, drive: Drive, chip: Chip | None, alerts: frozenset[int]
) -> bytes | None:
    """The bytes of a log page, None for one that the drive does not keep; `chip` is that of what lies in it."""
    if page == SUPPORTED_PAGES:
        return bytes([SUPPORTED_PAGES, 0, 0, len(_PAGES), *_PAGES])
    if page == WRITE_ERRORS:
        return _errors(page, tally.written_bytes, tally.write_errors, dirty=drive.dirty)
    if page == READ_ERRORS:
        return _errors(page, tally.read_bytes, tally.read_errors, dirty=drive.dirty)
    if page == DEVICE_STATISTICS:
        values = ((LIFETIME_LOADS, drive.loads), (CLEANINGS, drive.cleanings))
        return LogPage(page, tuple((code, value.to_bytes(8, "big")) for code, value in values)).encode()
    if page == VOLUME_STATISTICS:
        return (LogPage(page) if chip is None else _volume(chip, tally)).encode()
    if page == ALERT_RESPONSE:
        return alert_response(alerts).encode()
    if page == TAPE_ALERT:
        return tape_alert(alerts).encode()
    return None


def _volume(chip: Chip, tally: Tally) -> LogPage:
    return volume_statistics(
        (
            (VOLUME_LOADS, chip.loads),
            (VOLUME_WRITE_ERRORS, tally.write_errors),
            (VOLUME_READ_ERRORS, tally.read_errors),
            (WRITTEN_LIFE_MB, (chip.written_life_bytes + tally.written_bytes) // 10**6),
            (READ_LIFE_MB, (chip.read_life_bytes + tally.read_bytes) // 10**6),
        )
    )


def memory(chip: Chip, *, written_bytes: int, remaining_bytes: int, tally: Tally) -> list[MamAttribute]:
    """All attributes of a cartridge's chip, in the order of their numbers."""
    medium_type = MAM_CLEANING if chip.cleaning else MAM_WORM if chip.worm else MAM_DATA
    binary = (
        (Attribute.REMAINING_MIB, remaining_bytes // MEBIBYTE, 8),
        (Attribute.CAPACITY_MIB, chip.capacity_bytes // MEBIBYTE, 8),
        (Attribute.ALERT_FLAGS, 0, 8),
        (Attribute.LOADS, chip.loads, 8),
        (Attribute.DENSITY, chip.kind.density_code if written_bytes else 0, 1),
        (Attribute.WRITTEN_LIFE_MIB, (chip.written_life_bytes + tally.written_bytes) // MEBIBYTE, 8),
        (Attribute.READ_LIFE_MIB, (chip.read_life_bytes + tally.read_bytes) // MEBIBYTE, 8),
        (Attribute.WRITTEN_LOAD_MIB, tally.written_bytes // MEBIBYTE, 8),
        (Attribute.READ_LOAD_MIB, tally.read_bytes // MEBIBYTE, 8),
        (Attribute.MEDIUM_DENSITY, chip.kind.density_code, 1),
        (Attribute.MEDIUM_TYPE, medium_type, 1),
    )
    ascii_texts = (
        (Attribute.ASSIGNING_ORGANIZATION, "LTO-CVE", 8),
        (Attribute.MANUFACTURER, "ARCHIVED", 8),
        (Attribute.SERIAL, chip.serial, 32),
    )
    attributes = [
        MamAttribute(identifier, AttributeFormat.BINARY, value.to_bytes(length, "big"), read_only=True)
        for identifier, value, length in binary
    ]
    attributes += [
        MamAttribute(identifier, AttributeFormat.ASCII, value.encode().ljust(length), read_only=True)
        for identifier, value, length in ascii_texts
    ]
    attributes += [
        MamAttribute(int(number, 16), AttributeFormat(form), bytes.fromhex(value))
        for number, (form, value) in chip.host.items()
    ]
    return sorted(attributes, key=lambda one: one.identifier)


def densities(drive: Generation, medium: Generation | None) -> tuple[DensitySupport, ...]:
    """What the drive can read, or the one density of what lies in it."""
    kinds = [medium] if medium else [kind for kind in GENERATIONS.values() if can_read(drive, kind)]
    return tuple(
        DensitySupport(
            kind.density_code, can_write(drive, kind), kind.capacity_bytes // 10**6, f"U-{kind.number}"
        )
        for kind in kinds
    )


def _errors(page: int, size_bytes: int, failures: int, *, dirty: bool) -> bytes:
    per = _DIRTY_BYTES_PER_CORRECTION if dirty else _CLEAN_BYTES_PER_CORRECTION
    values = ((CORRECTED, size_bytes // per), (BYTES_PROCESSED, size_bytes), (UNCORRECTED, failures))
    return LogPage(page, tuple((code, value.to_bytes(8, "big")) for code, value in values)).encode()
