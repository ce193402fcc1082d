"""The text of a fresh archived.toml, every key commented."""

import json
from collections.abc import Sequence

from archived.alert_settings_text import ALERTS
from archived.cleaning_settings_text import CLEANING
from archived.health_text import HEALTH
from archived.repair_settings import REPAIR
from archived.simulated_rooms import LIBRARY, ROOMS, SimulatedRoom
from archived.verification_text import VERIFICATION

_SITE = """\
# archived: the settings of one site. Every key is here; what is commented out shows its default.
# An unknown key is an error, so that a slip of the pen is never a silent default.

# What the robot room is. "simulated": a virtual room, nothing in it is preserved. "hardware": real changers and
# drives, each with a table [devices.NAME] that says how it is reached.
# Without this key nothing starts, and a site that holds packages never changes its kind.
room = "{room}"

# The storage class of a submission that names none.
default_class = "{default_class}"

# A robot, drive or disc that refused to work is left alone this many seconds before it is looked at again.
rest_s = {rest_s}

[site]
# Who keeps this archive. Printed on every disc, label and receipt.
name = "Example Archive"
name_zh = "示例档案馆"
contact = "archive@example.org"
# Language of the daemon's records and warnings: en or zh. Who asks is answered in his own (LANG).
language = "en"

[staging]
# Where packages wait for their discs; relative to the site, or absolute.
directory = "staging"
# On how many disks a staged byte lies (RAID 1 = 2); receipts repeat it.
disks = 1
# Submissions are refused before free space falls under this.
keep_free_bytes = {keep_free_bytes}
# Longest time, in hours, from accepted to archived before an alarm.
max_exposure_h = 336.0

[recall]
# Where bytes that were read from media wait to be fetched; relative to the site, or absolute.
directory = "recalls"
# What recalls may take of it together; those beyond wait in order. 0 = no limit but the disk.
area_bytes_max = 0
# A recall that nobody fetches within so many hours is given up; it can be asked for again.
expiry_h = 72.0
# An order that is larger than the room left waits for its parts to be fetched; the disc that it reads stays in its
# drive meanwhile, for so many minutes after the last part was asked for, ready or fetched. 0 = it goes home at once.
hold_min = 60.0

[catalog]
# Where the catalog is exported to every night: an absolute folder that is there, on another disk than staging and
# the catalog (another machine is better); "" = never. What such a file is: docs/catalog-export.md.
export_directory = ""
# At this time of the day, in UTC; a missed night is made up at the next start.
export_at = "02:30"
# So many exports stay, the newest; older ones go when a new one is whole.
export_keep = 30

[archives]
# Zip and tar archives that are handed in are unpacked within these limits; docs/archives.md.
# Unpacked bytes for each byte of the archive; what unpacks to less than 64 MiB is not measured.
ratio_max = 200.0
# Files, folders and links in one archive.
entries_max = 2000000
# Folders in each other.
depth_max = 100
# Bytes that one archive unpacks to; 0 = as much as staging has room for.
bytes_max = 0
# Encoding of names that an archive does not mark as UTF-8, such as gb18030 or cp437; "" = such an archive is
# refused, and whoever hands it in names the encoding (--archive-names).
names = ""

[api]
# Unix group whose members may connect, beside root and the daemon's own user; "" = the daemon's own group.
# Whoever may connect may submit, recall and withdraw.
group = ""

[intake]
# So many volumes of a list or a tree are taken in at once; more only when the disks bear it.
parallel = 2

[tasks]
# A task for people is overdue after so many hours, by who waits: somebody who recalled,
recall_h = 4.0
# packages in staging that wait for their discs,
write_h = 24.0
# or nobody.
other_h = 72.0

[migration]
# A retired medium stays as it is for so many days; then two persons may release it (docs/migration.md).
keep_retired_days = 90.0
# Media in one wave; the next wave begins when all of one are done.
media_per_wave = 8
# So many images are under way at once; each of them lies in staging meanwhile.
images_at_once = 2
# No more bytes of images are begun in 24 hours; 0 = no limit.
bytes_per_day = 0

[lists.columns]
# Headings of your lists beside those that are known, each with what its column means (docs/lists.md): fonds,
# series, volume, folder, title, retention, confidentiality, storage_class, pages, files, or ignore.
# "归档号" = "volume"

[retention]
# Years of a retention (保管期限) count from the day that archivectl retention set --starts told, else from the day on
# which the package was archived; true = from the first of January after it. docs/retention.md.
whole_years = true

[retention.terms]
# Own words for retentions, and their years; 0 = for ever. 永久, permanent, D30, Y30, 30, 30年 and 30 years are known;
# a package with a word that nobody explained stays.
# "长期" = 50

[retention.levels]
# Words for confidentiality (密级), and how high they stand; a word that is not here stands above all of them. Two
# persons have to want it when a package is made less confidential.
# Everybody may know.
open = 0
"公开" = 0
# Only this house.
internal = 1
"内部" = 1
# State secrets, the lowest first.
confidential = 2
"秘密" = 2
# And above them:
secret = 3
"机密" = 3
# The highest.
"top secret" = 4
"绝密" = 4

"""
_SIMULATION = """\
[simulation]
# Times that a real robot or drive would take are divided by this; 0 = no waiting at all.
speed = {speed}
# Seed of everything that happens by chance in the room.
seed = 1

"""
_LIBRARY = """\
[libraries.main]
# What its drives are: "disc" or "tape" (docs/tape.md). A room with both has two libraries.
kind = "disc"
# What moves its media: "smc" (a SCSI library), "generic", "aleratec", "nimbie", "rimage" (experimental): disc robots
# with bins (docs/stackers.md), or "person": every motion is a task for somebody (docs/people.md).
robot = "{robot}"
# Names of the burners, in the order of their element addresses; of a disc robot as it numbers them.
drives = {drives}
# Where this library stands.
site = "main"
# Manufacturer ids of blanks that may be written; an empty list allows any.
approved_media = ["SIMBDR/A01"]
# After this long without an answer the outcome of a move is unknown, and we look.
move_timeout_s = 900.0
# Only for tape libraries: "auto" cleans a drive that asks for it with a cleaning cartridge of the library, "ask" tells
# a person. A library that cleans by itself is "ask".
clean = "auto"
# Slots of one magazine, in order of their addresses; 0 = nobody knows, and no rule speaks of magazines. A simulated
# library knows its own.
magazine_slots = 0
# Only for robot = "person": where its media lie, each cabinet or shelf by the name that is written on it, with its
# drawers and the places in each of them.
{cabinets}

[pools.bluray]
name_zh = "蓝光"
library = "main"
media_kind = "bd-r"
# n data images and m parity discs make a set; any m of them may be lost.
n = 4
m = 2
# sealed (封存), access (查阅) or off-site (异地)
role = "sealed"
# Printed on disc, README and volume id. Fields: set, position, total, n, pool.
label = "{{set}} · {{position}} of {{total}} · any {{n}} rebuild"
# How many bytes a blank holds, while the library has had none that tells it: packages then wait for the first
# blanks. 0 = submissions for this pool are put off until one is registered.
capacity_bytes = 0
# Share of each disc that stays empty.
reserve_percent = 2.0
# An image closes when its group has gathered this share of what fits,
close_fill_percent = 90.0
# or when its oldest package has waited this many hours, or by: archivectl images close
close_after_h = 168.0
# A set with fewer than n images closes after this many hours, or by: archivectl sets close
set_wait_h = 168.0
# What a set may join: group (one fonds and series), fonds, or pool.
set_scope = "pool"
# 盘不多目: a disc never holds two series. false relaxes it for this pool, within one fonds.
one_group_per_image = true
# Tape pool to which the parity of this pool's sets goes; "" = onto discs of this pool. docs/tape.md.
parity_pool = ""
# Only for tape pools that form sets of their own: how many bytes each of their images may have.
image_bytes = 0
# Only for tape pools: images are written in blocks of so many bytes.
tape_block_bytes = 1048576
# Only for tape pools: true = write-once (WORM) cartridges and no others, false = rewritable ones and no others.
worm = false
# People are told when fewer blanks than this (cartridges with room, for tape) are at hand, such as what is used up
# while new ones are on order; 0 = only when the next set cannot be written.
low_water = 0

"""
_CLASS = """\
[classes.permanent]
name_zh = "永久"
# Every pool that a package of this class must reach.
pools = {pools}
# Tape pools to which every image with such a package is copied once more; it is archived when these copies are, too.
copies = {copies}
# Must a submission state its retention (保管期限) and confidentiality (密级)?
retention_mandatory = true
confidentiality_mandatory = true
# What counts for packages of this class that were handed in without one; "" = nothing, and they stay for ever.
retention = ""
confidentiality = ""
# Symbolic links in what is handed in: "refuse" it, or "record" what they say and travel as one tar.
symlinks = "refuse"
# Files that are not taken from plain folders (named in the receipt); *, ? and [...] match. Bags are never altered.
leave_out = ["Thumbs.db", ".DS_Store", "~$*"]
# Encoding of unmarked names in zip and tar archives of this class, such as gb18030; "" = [archives] names.
archive_names = ""

"""
_READERS = """\
# A reader of tags, as many as you like, each under a name of its own; docs/rfid.md.
# [readers.desk]
# "pn532" and "pcsc" (13.56 MHz), "yrm100" (UHF, for magazines), "rdm6300" (125 kHz)
# kind = "pn532"
# Where it is: "picker" (it reads what the robot's hand holds), "port" (an import/export slot), "bay" (a magazine's
# place), "hand" (a desk where people hold things to it).
# place = "hand"
# library = "main"
# Its serial line; for "pcsc" how the system calls it, "" = the only one. In a simulated room nothing.
# path = ""
# Only at a port: the element address of its import/export slot; 0 = it sees all of them.
# element = 0
# Only at a bay: which magazine is before it, 1 being the first.
# magazine = 0
# So many identical reads are asked for; 0 = as many as this kind needs.
# identical = 0
# Only for yrm100, which hears far: how strongly it sends,
# power_dbm = 15.0
# how the EPCs of your tags begin (hexadecimal), so that others do not answer; "" = all answer,
# mask = ""
# how strongly a tag at its place is heard at least; set it between that and what the neighbours have alone,
# weakest_dbm = -55
# by how much a neighbour's tag is weaker than the strongest,
# neighbour_db = 10
# and its frequencies: china-900, china-800, usa, europe or korea; "" = as they are set in the reader.
# region = ""

"""
_DEVICES = """\
# A disc robot of kind "generic" that no profile describes: as the known one that it is most like, but for what is said
# here; docs/disc-robots.md has all keys.
# [robot_profiles.tower]
# base = "amtren"
# baud = 9600
# A number of drives that share the letters of the first, or a table of letters for each.
# drives = 1
# How many discs each bin holds; a reject bin of 0 is none.
# bins = {{ input = 100, accept = 100, reject = 100 }}

# How each changer (by its library's name) and each drive of a real room is reached; docs/hardware-configuration.md.
# [devices.T1]
# A local node; links that stay the same after a restart, such as those in /dev/tape/by-id, are the better ones.
# path = ""
# A disc robot on USB, bus and ports such as "3-1.4"; "" = the only one.
# usb = ""
# Or iSCSI: "address:port", the target's name, and the number of the logical unit.
# portal = ""
# target = ""
# lun = 0
# How we call ourselves there; "" = a name made from the site's.
# initiator = ""
# The user by which we prove who we are, and the path of a file (mode 0600) with the secret: it never stands here.
# chap_user = ""
# chap_secret_file = ""
# The serial number that it must tell (VPD page 80h): another device there is refused. Always needed; "none" for
# a device that tells none.
# serial = ""
# What this kind of device cannot do as it should, by the profile's name; "" = chosen by INQUIRY. A robot of kind
# "generic" always names its profile, or one of [robot_profiles].
# profile = ""
# A drive's element address in its changer; 0 = found by the serial number that the changer tells.
# element = 0

"""
_HOT_FOLDERS = """\
# A hot folder: what becomes ready in it is taken. As many as you like, each under a name of its own; see
# docs/hot-folders.md.
# [hot_folders.scans]
# Absolute, without links in it, and neither in the site nor in another hot folder.
# path = "/srv/scans"
# Unix user in whose name, and with whose rights to read, it is taken; "" = the daemon's own.
# owner = ""
# "" = the default class.
# storage_class = ""
# Where a package lies below path, and what that says of it.
# layout = "{{fonds}}/{{series}}/{{volume}}"
# What neither the place, nor NAME.package.json beside it, nor bag-info.txt in it says.
# fonds = ""
# series = ""
# retention = ""
# confidentiality = ""
# "marker": an empty file NAME.ready beside it; "rename": its name no longer ends with .part or .tmp, or begins
# with a dot; "settle": nothing in it changed for settle_s seconds.
# ready = "marker"
# Only for ready = "settle", which takes what a slow writer merely paused at.
# settle_s = 0.0
# "keep", or "remove-after-archived": only what still equals the package byte by byte is removed.
# originals = "keep"
# "auto" listens to the file system and looks every poll_s seconds too; "poll" only looks.
# watch = "auto"
# poll_s = 10.0
"""


_NO_CABINET = """\
# [libraries.main.cabinets."cabinet 1"]
# drawers = 4
# slots = 25"""


def template(
    *,
    speed: float,
    keep_free_bytes: int,
    rest_s: float = 30.0,
    room: SimulatedRoom = ROOMS[LIBRARY],
) -> str:
    """The text of a fresh archived.toml for a simulated room, every key commented."""
    text = (
        _SITE
        + ALERTS
        + _SIMULATION
        + _LIBRARY
        + _CLASS
        + VERIFICATION
        + HEALTH
        + REPAIR
        + CLEANING
        + _READERS
        + _DEVICES
        + _HOT_FOLDERS
    )
    return text.format(
        room="simulated",
        default_class="permanent",
        speed=float(speed),
        keep_free_bytes=keep_free_bytes,
        rest_s=float(rest_s),
        robot=room.robot,
        drives=json.dumps(list(room.drives)),
        cabinets=_cabinets(room) or _NO_CABINET,
        pools='["bluray"]',
        copies="[]",
    )


def _cabinets(room: SimulatedRoom) -> str:
    """Their tables; they stand last in the table of the library, where a table may follow."""
    return "\n".join(
        f"[libraries.main.cabinets.{json.dumps(name)}]\ndrawers = {one.drawers}\nslots = {one.slots}"
        for name, one in room.cabinets.items()
    )


def hardware_template(
    tables: str,
    *,
    default_class: str,
    pools: Sequence[str],
    copies: Sequence[str],
    keep_free_bytes: int,
    rest_s: float = 30.0,
) -> str:
    """The text of a fresh archived.toml for a real room: `tables` are its libraries, devices, pools and classes.

    When `pools` are given, a class of the name `default_class` is made of them and of `copies`.
    """
    said = {"room": "hardware", "keep_free_bytes": keep_free_bytes, "rest_s": float(rest_s)}
    text = _SITE.format(default_class=default_class, **said) + tables.strip("\n") + "\n\n"
    if pools:
        text += _CLASS.format(pools=json.dumps(list(pools)), copies=json.dumps(list(copies)))
    return text + (ALERTS + VERIFICATION + HEALTH + REPAIR + CLEANING + _READERS + _HOT_FOLDERS).format()
