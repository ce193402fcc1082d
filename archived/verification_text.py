"""The tables [verification.NAME] of a fresh archived.toml, every key commented."""

from typing import Final

VERIFICATION: Final = """\
# Media are examined by themselves, each table one rule under a name of its own; docs/verification.md. These four are
# what is done when the settings name none; an empty table [verification] switches all of it off.
[verification.full]
# A medium is due so many days after it was last examined in this way.
interval_days = 365.0
# "full": all of it; "sampled": some of its chunks; "edges": only both ends and the outer radius.
how = "full"
# What is examined: "disc", "tape", and "disk" for staged packages and exports of the catalog.
kinds = ["disc", "tape"]
# Images of these pools; [] = all.
pools = []
# Media in these states.
states = ["good", "appendable", "watch"]
# Only media that were written at least so many days ago,
age_from_days = 0.0
# and less than so many; 0 = no limit.
age_to_days = 0.0
# Only for "sampled": so many of all chunks, at random (with a seed that is recorded).
chunks_percent = 10.0
# So many of all media in each interval, at random.
media_percent = 100.0
# Only for "sampled": also both ends and the outer radius, where discs fail first.
edges = true
# Not before this day, such as 2027-01-01; "" = at once.
not_before = ""
# Only in these hours of the day, in UTC, such as 20:00-06:00; "" = always. Recalls go first at any hour.
hours = ""
# When one medium fails, those of the same purchase batch are due so many days later.
after_failure_days = 14.0
# Only for "full": from then on they are due this often, and less the longer nothing else of the batch fails: the
# interval grows to a quarter of the time since the last failure. 0 = they are read once.
failed_batch_days = 91.0
# So many days after it was due somebody is told.
overdue_days = 60.0
# So many media in one run.
media_at_once = 12
# Also media that people have to fetch (true), or only those that a robot reaches (false).
offline = true

[verification.sampled]
# Between two full readings some of each medium is read.
interval_days = 182.0
# Keys that are not here are as above.
how = "sampled"

[verification.watched]
# What is good and gave cause for concern is read more often.
interval_days = 91.0
# Only these.
states = ["watch"]

[verification.staged]
# What lies on the disks of this machine.
interval_days = 90.0
# No media.
kinds = ["disk"]

"""
