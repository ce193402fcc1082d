"""The part of a fresh archived.toml that is about cleaning drives."""

CLEANING = """\
[cleaning]
# No standard says how often a drive is cleaned: its maker does. A disc drive that was used for so many hours since
# somebody cleaned its lens is named to people; 0 = never.
disc_hours = 1000.0
# The same, after so many discs were put into it.
disc_loads = 0
# Tape drives say themselves when they are to be cleaned. Beside that: after so many hours, or cartridges; 0 = never.
tape_hours = 0.0
tape_loads = 0
# So often a cleaning cartridge cleans, as its maker says, where its chip does not tell.
cartridge_uses = 50
# A library in which fewer cleanings than these are left asks for a new cleaning cartridge.
cartridges_low = 5

"""
