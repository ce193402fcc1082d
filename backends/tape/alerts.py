"""The TapeAlert flags: number, urgency, words (SSC-4 annex A). Data, no logic."""

from backends.interface import AlertSeverity, TapeAlert

_I, _W, _C = AlertSeverity.INFORMATION, AlertSeverity.WARNING, AlertSeverity.CRITICAL

READ_FAILURE, WRITE_FAILURE = 5, 6
CLEANING_MEDIA, UNSUPPORTED_FORMAT = 11, 12
LOAD_FAILURE, UNLOAD_FAILURE = 55, 56
CLEAN_NOW, CLEAN_PERIODIC, EXPIRED_CLEANER, INVALID_CLEANER = 20, 21, 22, 23

ALERTS: dict[int, TapeAlert] = {
    flag: TapeAlert(flag, severity, words)
    for flag, severity, words in (
        (1, _W, "the drive has trouble reading"),
        (2, _W, "the drive has trouble writing"),
        (3, _W, "a hard error occurred while reading or writing"),
        (4, _C, "the cartridge can no longer be written or read reliably"),
        (5, _C, "the drive can no longer read this tape"),
        (6, _C, "the drive can no longer write this tape"),
        (7, _W, "the cartridge has reached the end of its life"),
        (8, _W, "the cartridge is not of data grade"),
        (9, _C, "a write was tried on a write-protected cartridge"),
        (10, _I, "a cartridge cannot be taken while the drive uses it"),
        (11, _I, "the cartridge is a cleaning cartridge"),
        (12, _I, "the cartridge has a format that the drive does not support"),
        (13, _C, "the tape snapped or its mechanics failed, and the cartridge can be taken out"),
        (14, _C, "the tape snapped or its mechanics failed, and the cartridge cannot be taken out"),
        (15, _W, "the memory chip of the cartridge failed"),
        (16, _C, "the cartridge was taken out while the drive used it"),
        (17, _W, "the cartridge has a format that can only be read here"),
        (18, _W, "the tape directory in the cartridge memory is damaged"),
        (19, _I, "the cartridge is nearing the end of its life"),
        (20, _C, "the drive must be cleaned now"),
        (21, _W, "the drive is due for its periodic cleaning"),
        (22, _C, "the cleaning cartridge is used up"),
        (23, _C, "the cleaning cartridge is not one for this drive"),
        (24, _W, "the drive asks for a retension"),
        (25, _W, "a redundant interface port failed"),
        (26, _W, "a fan of the drive failed"),
        (27, _W, "a redundant power supply failed"),
        (28, _W, "the drive takes more power than it should"),
        (29, _W, "preventive maintenance of the drive is due"),
        (30, _C, "a hardware fault of the drive needs a reset"),
        (31, _C, "a hardware fault of the drive needs a power cycle"),
        (32, _W, "the interface between host and drive has a fault"),
        (33, _C, "the drive asks that the cartridge be taken out and put in again"),
        (34, _W, "a firmware download failed"),
        (35, _W, "it is too humid inside the drive"),
        (36, _W, "it is too hot or too cold inside the drive"),
        (37, _W, "the voltage is outside its limits"),
        (38, _C, "the drive predicts that it will fail"),
        (39, _W, "the drive should be diagnosed"),
        (49, _W, "less was written than the cartridge holds"),
        (50, _W, "statistics of the cartridge were lost"),
        (51, _W, "the tape directory was not valid at unload"),
        (52, _C, "the system area of the tape could not be written at unload"),
        (53, _C, "the system area of the tape could not be read at load"),
        (54, _C, "the beginning of the data could not be found"),
        (55, _C, "the tape could not be loaded"),
        (56, _C, "the tape could not be unloaded"),
        (57, _C, "the automation interface failed"),
        (58, _W, "the firmware of the drive failed"),
        (59, _W, "the integrity of a WORM cartridge is in doubt"),
        (60, _W, "an overwrite of a WORM cartridge was tried"),
        (61, _W, "the policy of the encryption was violated"),
    )
}


def alert_of(flag: int) -> TapeAlert:
    """What a raised flag means; a flag of no known meaning is a warning."""
    return ALERTS.get(flag) or TapeAlert(flag, _W, f"the drive raised TapeAlert flag {flag}")
