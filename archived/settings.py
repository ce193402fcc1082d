"""The settings of a site as frozen values: what archived.toml can say, with its defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from archived.alert_settings import AlertSettings
from archived.health_settings import HealthSettings
from archived.repair_settings import RepairSettings
from archived.retention_settings import RetentionSettings
from archived.verification_settings import DEFAULT_VERIFICATION, VerificationSettings


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Who keeps this archive; printed on every disc and receipt."""

    name: str
    name_zh: str = ""
    contact: str = ""
    #: In which the daemon writes its records and warnings: "en" or "zh". People are answered in their own.
    language: str = "en"


@dataclass(frozen=True, slots=True)
class StagingSettings:
    """The disk area where packages wait for their discs."""

    directory: str = "staging"
    #: On how many disks a staged byte lies; receipts repeat it.
    disks: int = 1
    #: Never let free space of the staging file system fall under this.
    keep_free_bytes: int = 1 << 30
    #: Longest time from accepted to archived before an alarm.
    max_exposure_h: float = 336.0


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """What a zip or tar that is handed in may unpack to: docs/archives.md."""

    #: Unpacked bytes for each byte of the archive; what unpacks to less than 64 MiB is not measured.
    ratio_max: float = 200.0
    entries_max: int = 2_000_000
    #: Folders in each other.
    depth_max: int = 100
    #: Bytes that one archive unpacks to; 0 leaves it to the room in staging.
    bytes_max: int = 0
    #: Encoding of names that an archive does not mark as UTF-8; empty refuses such names.
    names: str = ""


@dataclass(frozen=True, slots=True)
class RecallSettings:
    """The recall area: where bytes from media wait to be fetched."""

    directory: str = "recalls"
    #: What recalls may take of it together; 0 sets no limit.
    area_bytes_max: int = 0
    #: A recall that nobody fetched for so long is given up and its place freed.
    expiry_h: float = 72.0
    #: So long after its last progress an order that waits for room keeps the disc that it reads in its drive.
    hold_min: float = 60.0


@dataclass(frozen=True, slots=True)
class CatalogSettings:
    """Where and when the catalog is exported."""

    #: An absolute folder on another disk than staging and the catalog; empty means no exports.
    export_directory: str = ""
    #: Time of the UTC day.
    export_at: str = "02:30"
    #: So many whole exports stay.
    export_keep: int = 30


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Who may speak to the daemon."""

    #: Unix group whose members may connect; empty means the daemon's own group.
    group: str = ""


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """The simulated room. Changing the plan of a room that exists has no effect."""

    #: Device latencies are divided by this; 0 means no latency at all.
    speed: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class CabinetSettings:
    """A cabinet or a shelf from which people take media: docs/people.md."""

    drawers: int = 1
    #: Places in each drawer.
    slots: int = 1


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """When a task for people is overdue, by who waits for it: docs/people.md."""

    #: Somebody waits for what he recalled.
    recall_h: float = 4.0
    #: Packages in staging wait for their discs.
    write_h: float = 24.0
    #: Nobody waits: looks of a survey, media that go home.
    other_h: float = 72.0


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """One robot with its drives, all of one kind."""

    #: "disc" or "tape": docs/tape.md.
    kind: str = "disc"
    #: What moves its media, a word of `archived.robot_kinds`.
    robot: str = "smc"
    drives: tuple[str, ...] = ("B1", "B2")
    site: str = "main"
    #: Manufacturer ids of blanks that may be written; empty means any.
    approved_media: tuple[str, ...] = ()
    move_timeout_s: float = 900.0
    #: "auto": a tape drive that asks for it is cleaned; "ask": a person orders it.
    clean: str = "auto"
    #: Slots of one magazine, in order of their addresses, in a real library; 0 where nobody knows.
    magazine_slots: int = 0
    #: Only for robot = "person": where the media lie, by the name that is written on the cabinet.
    cabinets: Mapping[str, CabinetSettings] = field(default_factory=dict)


#: `serial` of a device that tells none; one that tells any is then another device.
NO_SERIAL: Final = "none"


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """How one changer or drive of a real room is reached: docs/hardware-configuration.md."""

    #: A local node; empty for one behind iSCSI.
    path: str = ""
    #: A disc robot on USB: bus and ports as in /sys/bus/usb/devices ("3-1.4"); empty for the only one that there is.
    usb: str = ""
    #: "address:port" of an iSCSI target, its name, and the number of the logical unit.
    portal: str = ""
    target: str = ""
    lun: int = 0
    #: How we call ourselves there; empty means a name made from the site's.
    initiator: str = ""
    chap_user: str = ""
    #: An absolute path of a file of mode 0600 whose first line is the secret.
    chap_secret_file: str = ""
    #: What it must say of itself in VPD page 80h; NO_SERIAL where it says nothing there. Empty is refused.
    serial: str = ""
    #: Names what this kind of device cannot do as it should; empty is chosen by INQUIRY.
    profile: str = ""
    #: A drive's element address in its changer; 0 is found by the serial number.
    element: int = 0


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """A reader of tags, and where it is mounted: docs/rfid.md."""

    #: "pn532", "yrm100", "rdm6300" or "pcsc"
    kind: str
    #: "picker", "port", "bay" or "hand"
    place: str
    library: str
    #: Its serial line; how the system calls a reader of PC/SC. Empty in a simulated room.
    path: str = ""
    #: Only for place = "port": the element address of its import/export slot; 0 where it sees all of them.
    element: int = 0
    #: Only for place = "bay": which magazine is before it, 1 being the first.
    magazine: int = 0
    #: So many identical reads are asked for; 0 leaves it to the kind.
    identical: int = 0
    #: These only for kind = "yrm100". How strongly it sends.
    power_dbm: float = 15.0
    #: How the EPCs of our tags begin, in hexadecimal digits; empty hears all.
    mask: str = ""
    #: Tags that are heard more weakly are not at its place.
    weakest_dbm: int = -55
    #: Tags so much weaker than the strongest are those of neighbours.
    neighbour_db: int = 10
    #: Which frequencies it may use, a word of `archived.reader_kinds`; empty leaves them as they are in the reader.
    region: str = ""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Media of one kind under one rule set."""

    name_zh: str = ""
    library: str = "main"
    media_kind: str = "bd-r"
    n: int = 4
    m: int = 2
    role: str = "sealed"
    #: Line printed on disc, README and volume id.
    label: str = "{set} · {position} of {total} · any {n} rebuild"
    #: What a blank holds, as long as the library has had none to tell it; 0: nothing is taken in before the first one.
    capacity_bytes: int = 0
    #: Share of a disc that stays empty.
    reserve_percent: float = 2.0
    #: An image closes when its group has gathered this share of what fits.
    close_fill_percent: float = 90.0
    #: ... or when its oldest package has waited this long.
    close_after_h: float = 168.0
    #: A set closes short when its oldest image has waited this long.
    set_wait_h: float = 168.0
    #: What a set may join: "group", "fonds" or "pool".
    set_scope: str = "pool"
    #: False relaxes 盘不多目 for this pool: images may then hold several series of one fonds.
    one_group_per_image: bool = True
    #: Tape pool to which the parity images of this disc pool's sets go; empty means that they stay in this pool.
    parity_pool: str = ""
    #: Size of the images of a tape pool that forms sets of its own; 0 for all other pools.
    image_bytes: int = 0
    #: Blocks in which images are written to the cartridges of a tape pool.
    tape_block_bytes: int = 1 << 20
    #: A tape pool of write-once (WORM) cartridges; one of rewritable ones where it is false. By their labels.
    worm: bool = False
    #: With fewer blanks (cartridges with room) at hand people are told; 0: only when the next set cannot be written.
    low_water: int = 0


@dataclass(frozen=True, slots=True)
class ClassSettings:
    """What a kind of package is owed."""

    pools: tuple[str, ...]
    #: Tape pools to which every data image with such a package is copied once more.
    copies: tuple[str, ...] = ()
    name_zh: str = ""
    retention_mandatory: bool = True
    confidentiality_mandatory: bool = True
    #: For packages that were handed in without such a word.
    retention: str = ""
    confidentiality: str = ""
    #: Symbolic links: "refuse" them, or "record" what they say (the package then travels as a tar).
    symlinks: str = "refuse"
    #: Names of files that are not taken from plain folders; `*`, `?` and `[…]` match, in any case of letters.
    leave_out: tuple[str, ...] = ("Thumbs.db", ".DS_Store", "~$*")
    #: Encoding of unmarked names in archives for this class; empty means the site's ([archives] names).
    archive_names: str = ""


@dataclass(frozen=True, slots=True)
class HotFolderSettings:
    """A folder from which packages are taken as they become ready: docs/hot-folders.md."""

    #: Absolute, without links in it.
    path: str
    #: Unix user in whose name, and with whose rights to read, everything is taken; empty: the daemon's own.
    owner: str = ""
    #: Empty means the default class of the site.
    storage_class: str = ""
    #: Where a package lies below `path`, and what that says of it.
    layout: str = "{fonds}/{series}/{volume}"
    #: What neither the place, nor a sidecar, nor bag-info.txt says.
    fonds: str = ""
    series: str = ""
    retention: str = ""
    confidentiality: str = ""
    #: "marker", "rename" or "settle"
    ready: str = "marker"
    #: Only for ready = "settle".
    settle_s: float = 0.0
    #: "keep" or "remove-after-archived"
    originals: str = "keep"
    #: "auto" listens to the file system and looks every `poll_s` too; "poll" only looks.
    watch: str = "auto"
    poll_s: float = 10.0


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How packages are taken in."""

    #: So many volumes of lists and trees at once; as many as the disks bear that are read and written.
    parallel: int = 2


@dataclass(frozen=True, slots=True)
class ListSettings:
    """Lists of volumes, CSV or .xlsx."""

    #: Heading → field, beside the headings that are known: docs/lists.md.
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MigrationSettings:
    """How media are migrated: docs/migration.md."""

    #: So long a retired medium stays as it is, before two persons may release it.
    keep_retired_days: float = 90.0
    #: Media in one wave, where nobody says otherwise; the next wave begins when all of one are done.
    media_per_wave: int = 8
    #: So many images are under way at once; each lies in staging meanwhile.
    images_at_once: int = 2
    #: No more bytes of images are begun in 24 hours; 0 sets no limit.
    bytes_per_day: int = 0


@dataclass(frozen=True, slots=True)
class CleaningSettings:
    """When drives are due for cleaning beside what they ask for themselves; 0 is never."""

    disc_hours: float = 1000.0
    disc_loads: int = 0
    tape_hours: float = 0.0
    tape_loads: int = 0
    #: How often a cleaning cartridge cleans.
    cartridge_uses: int = 50
    #: A library with fewer cleanings left asks for a new cartridge.
    cartridges_low: int = 5


@dataclass(frozen=True, slots=True)
class Config:
    """Everything archived.toml says."""

    room: str
    site: SiteSettings
    pools: Mapping[str, PoolSettings]
    classes: Mapping[str, ClassSettings]
    libraries: Mapping[str, LibrarySettings]
    default_class: str
    #: A thing that refused to work is left alone this long before it is looked at again.
    rest_s: float = 30.0
    staging: StagingSettings = field(default_factory=StagingSettings)
    archives: ArchiveSettings = field(default_factory=ArchiveSettings)
    recall: RecallSettings = field(default_factory=RecallSettings)
    catalog: CatalogSettings = field(default_factory=CatalogSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    simulation: SimulationSettings = field(default_factory=SimulationSettings)
    tasks: TaskSettings = field(default_factory=TaskSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    lists: ListSettings = field(default_factory=ListSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    migration: MigrationSettings = field(default_factory=MigrationSettings)
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    hot_folders: Mapping[str, HotFolderSettings] = field(default_factory=dict)
    repair: RepairSettings = field(default_factory=RepairSettings)
    #: What is examined by itself, by names of its own; empty: nothing is.
    verification: Mapping[str, VerificationSettings] = field(
        default_factory=lambda: dict(DEFAULT_VERIFICATION)
    )
    health: HealthSettings = field(default_factory=HealthSettings)
    #: Changers by the names of their libraries, drives by their own; only for a real room.
    devices: Mapping[str, DeviceSettings] = field(default_factory=dict)
    #: Readers of tags by names of their own.
    readers: Mapping[str, ReaderSettings] = field(default_factory=dict)
    #: Models of disc robots that we do not know, as tables for `robotics.arms.own_profiles`: docs/disc-robots.md.
    robot_profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        return self.room == "simulated"
