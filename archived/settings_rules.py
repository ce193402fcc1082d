"""What the settings of a site must hold together: each rule with the words that say what is wrong."""

import re
from collections.abc import Callable
from pathlib import Path

from archived.alert_rules import alert_problems
from archived.care_rules import check_care
from archived.device_rules import check_devices
from archived.errors import ConfigurationError
from archived.language import SOURCE, TRANSLATED, _
from archived.media_kinds import LIBRARY_KINDS, MEDIA_KINDS, NATIVE_BYTES, TAPE, WITHOUT_WORM
from archived.people_rules import people_problems
from archived.reader_rules import check_readers
from archived.robot_kinds import PERSON, ROBOTS, STACKERS
from archived.settings import ClassSettings, Config, HotFolderSettings, PoolSettings
from archived.text_encodings import encoding_named
from archived.time_of_day import time_of_day

Demand = Callable[[bool, str], None]
ROOMS = ("simulated", "hardware")
#: Names of pools and classes stand in the catalog rows of every disc.
NAME_BYTES_MAX = 64
#: Longer than any table of retentions asks for.
RETENTION_YEARS_MAX = 999
#: What a column of a list may mean; `archived.policy.list_columns` says what each of them is.
LIST_FIELDS = (
    "fonds", "series", "volume", "folder", "title", "retention", "confidentiality", "storage_class", "pages", "files",
    "ignore",
)  # fmt: skip
#: What every LTO drive takes as one block, and what is worth one.
BLOCK_BYTES_MIN, BLOCK_BYTES_MAX = 64 << 10, 8 << 20
#: Lists, texts and checksums of an image alone take some of this; images of a site in earnest have gigabytes.
IMAGE_BYTES_MIN = 1_000_000
SCOPES = ("group", "fonds", "pool")
HOT_FOLDER_WORDS = {
    "ready": ("marker", "rename", "settle"),
    "originals": ("keep", "remove-after-archived"),
    "watch": ("auto", "poll"),
}
_HOT_FOLDER_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def check(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where`, unless everything in `config` can be."""

    def demand(holds: bool, words: str) -> None:
        if not holds:
            raise ConfigurationError(f"{where}: {words}")

    _check_site(config, demand)
    _check_archives(config, demand)
    _check_libraries(config, demand)
    _check_classes(config, demand)
    _check_retention(config, demand)
    for name, folder in config.hot_folders.items():
        _check_hot_folder(name, folder, config, demand)
    _check_pools(config, demand)
    for name, kind in config.classes.items():
        _check_copies(name, kind, config, demand)
    check_care(config, where)
    for words in (*people_problems(config), *alert_problems(config)):
        demand(False, words)
    check_devices(config, where)
    check_readers(config, where)


def _check_site(config: Config, demand: Demand) -> None:
    demand(
        config.room in ROOMS,
        _("room = {room!r}; known rooms are {ROOMS}").format(room=config.room, ROOMS=", ".join(ROOMS)),
    )
    demand(
        config.default_class in config.classes,
        _("default_class {default_class!r} is not a class").format(default_class=config.default_class),
    )
    demand(
        config.site.language in (SOURCE, *TRANSLATED),
        _("site.language {language!r} is not known").format(language=config.site.language),
    )
    demand(config.rest_s >= 0, _("rest_s must not be negative"))
    demand(config.staging.disks >= 1, _("staging.disks must be at least 1"))
    demand(config.recall.area_bytes_max >= 0, _("recall.area_bytes_max must not be negative; 0 is no limit"))
    demand(config.recall.expiry_h > 0, _("recall.expiry_h must be positive"))
    demand(config.recall.hold_min >= 0, _("recall.hold_min must not be negative"))
    demand(config.catalog.export_keep >= 1, _("catalog.export_keep must be at least 1"))
    exports = config.catalog.export_directory
    demand(
        not exports or exports.startswith("/"),
        _("catalog.export_directory {exports!r} is not absolute").format(exports=exports),
    )
    try:
        time_of_day(config.catalog.export_at)
    except ValueError as error:
        demand(False, _("catalog.export_at: {error}").format(error=error))
    demand(1 <= config.intake.parallel <= 64, _("intake.parallel lies in 1..64"))
    for heading, meaning in config.lists.columns.items():
        known = ", ".join(LIST_FIELDS)
        demand(
            meaning in LIST_FIELDS,
            _("lists.columns: {heading!r} is {meaning!r}; known are {known}").format(
                heading=heading, meaning=meaning, known=known
            ),
        )
    demand(config.simulation.speed >= 0, _("simulation.speed must not be negative"))


def _check_archives(config: Config, demand: Demand) -> None:
    limits = config.archives
    demand(limits.ratio_max >= 1, _("archives.ratio_max must be at least 1"))
    demand(limits.entries_max >= 1, _("archives.entries_max must be at least 1"))
    demand(limits.depth_max >= 1, _("archives.depth_max must be at least 1"))
    demand(limits.bytes_max >= 0, _("archives.bytes_max must not be negative; 0 is no limit"))
    for encoding in (limits.names, *(kind.archive_names for kind in config.classes.values())):
        demand(
            not encoding or encoding_named(encoding) is not None,
            _("there is no encoding {name!r} for names in archives").format(name=encoding),
        )


def _check_retention(config: Config, demand: Demand) -> None:
    for word, years in config.retention.terms.items():
        demand(
            bool(word.strip()) and 0 <= years <= RETENTION_YEARS_MAX,
            _("retention.terms: {word!r} has 0 (for ever) to {most} years, not {years}").format(
                word=word, most=RETENTION_YEARS_MAX, years=years
            ),
        )
    for word, level in config.retention.levels.items():
        demand(level >= 0, _("retention.levels: {word!r} must not be below 0").format(word=word))


def _check_classes(config: Config, demand: Demand) -> None:
    for name in (*config.classes, *config.pools):
        plain = name.isprintable() and 0 < len(name.encode()) <= NAME_BYTES_MAX
        demand(
            plain,
            _("{name!r}: names of classes and pools have 1 to {NAME_BYTES_MAX} bytes of plain text").format(
                name=name, NAME_BYTES_MAX=NAME_BYTES_MAX
            ),
        )
    for name, kind in config.classes.items():
        demand(bool(kind.pools), _("class {name!r} names no pool").format(name=name))
        demand(
            kind.symlinks in ("refuse", "record"),
            _('class {name!r}: symlinks is "refuse" or "record"').format(name=name),
        )
        demand(
            all(kind.leave_out) and not any("/" in pattern for pattern in kind.leave_out),
            _("class {name!r}: leave_out holds names of files, not paths").format(name=name),
        )
        for wanted in kind.pools:
            demand(
                wanted in config.pools,
                _("class {name!r} names pool {wanted!r}, which does not exist").format(
                    name=name, wanted=wanted
                ),
            )


def _check_copies(name: str, kind: ClassSettings, config: Config, demand: Demand) -> None:
    for wanted in kind.copies:
        named = {"name": name, "wanted": wanted}
        demand(
            wanted in config.pools,
            _("class {name!r} wants copies in pool {wanted!r}, which does not exist").format(**named),
        )
        demand(
            _on_tape(config, wanted),
            _(
                "class {name!r} wants copies in pool {wanted!r}, which is not on tape: copies go to tape pools"
            ).format(**named),
        )
        demand(
            wanted not in kind.pools,
            _("class {name!r} names pool {wanted!r} in pools and in copies: one of them is enough").format(
                **named
            ),
        )
        demand(
            kind.copies.count(wanted) == 1,
            _("class {name!r} names pool {wanted!r} twice in copies").format(**named),
        )


def _on_tape(config: Config, pool: str) -> bool:
    return config.libraries[config.pools[pool].library].kind == TAPE


def _check_libraries(config: Config, demand: Demand) -> None:
    for name, library in config.libraries.items():
        demand(
            library.kind in LIBRARY_KINDS,
            _('library {name!r}: kind = {kind!r}; known are "disc" and "tape"').format(
                name=name, kind=library.kind
            ),
        )
        demand(
            library.robot in ROBOTS,
            _("library {name!r}: robot = {robot!r}; known are {known}").format(
                name=name, robot=library.robot, known=", ".join(ROBOTS)
            ),
        )
        demand(
            library.kind != TAPE or library.robot not in STACKERS,
            _("library {name!r}: robot {robot!r} moves discs, and the library is of kind tape").format(
                name=name, robot=library.robot
            ),
        )
        demand(
            bool(library.drives) or library.robot == PERSON,
            _("library {name!r} has no drives").format(name=name),
        )
        demand(
            library.move_timeout_s > 0,
            _("library {name!r}: move_timeout_s must be positive").format(name=name),
        )
        demand(
            library.clean in ("auto", "ask"),
            _('library {name!r}: clean = {clean!r}; known are "auto" and "ask"').format(
                name=name, clean=library.clean
            ),
        )
        demand(
            library.magazine_slots >= 0,
            _("library {name!r}: magazine_slots must not be negative").format(name=name),
        )


def _check_pools(config: Config, demand: Demand) -> None:
    for name, pool in config.pools.items():
        demand(
            pool.library in config.libraries,
            _("pool {name!r} names library {library!r}").format(name=name, library=pool.library),
        )
        _check_media(name, pool, config, demand)
        demand(
            pool.capacity_bytes >= 0,
            _("pool {name!r}: capacity_bytes must not be negative").format(name=name),
        )
        demand(
            pool.n >= 1 and pool.m >= 1 and pool.n + pool.m <= 255,
            _("pool {name!r}: 1 <= n, m; n + m <= 255").format(name=name),
        )
        demand(
            pool.set_scope in SCOPES,
            _("pool {name!r}: set_scope is group, fonds or pool").format(name=name),
        )
        demand(
            0 <= pool.reserve_percent < 50,
            _("pool {name!r}: reserve_percent lies in 0..50").format(name=name),
        )
        demand(
            0 < pool.close_fill_percent <= 100,
            _("pool {name!r}: close_fill_percent lies in 0..100").format(name=name),
        )
        demand(
            pool.close_after_h > 0 and pool.set_wait_h > 0,
            _("pool {name!r}: waits must be positive").format(name=name),
        )
        try:
            pool.label.format(set="7K3F", position=1, total=6, n=4, pool=name)
        except (KeyError, IndexError, ValueError) as error:
            demand(False, _("pool {name!r}: label template: {error!r}").format(name=name, error=error))


def _check_media(name: str, pool: PoolSettings, config: Config, demand: Demand) -> None:
    """What the kind of its library asks of a pool."""
    kind = config.libraries[pool.library].kind
    known = MEDIA_KINDS[kind]
    demand(
        pool.media_kind in known,
        _(
            "pool {name!r}: media_kind {media_kind!r} is nothing for library {library!r} of kind {kind}; "
            "known are {known}"
        ).format(
            name=name, media_kind=pool.media_kind, library=pool.library, kind=kind, known=", ".join(known)
        ),
    )
    if kind == TAPE:
        _check_tape_pool(name, pool, config, demand)
        return
    demand(
        pool.image_bytes == 0,
        _("pool {name!r}: image_bytes is for tape pools; the disc says how large an image becomes").format(
            name=name
        ),
    )
    demand(
        not pool.worm,
        _("pool {name!r}: worm is for tape pools; discs here are write-once anyway").format(name=name),
    )
    if pool.parity_pool:
        demand(
            pool.parity_pool in config.pools,
            _("pool {name!r}: parity_pool {parity_pool!r} does not exist").format(
                name=name, parity_pool=pool.parity_pool
            ),
        )
        parity_library = config.pools[pool.parity_pool].library
        demand(
            parity_library in config.libraries and config.libraries[parity_library].kind == TAPE,
            _("pool {name!r}: parity_pool {parity_pool!r} is not on tape").format(
                name=name, parity_pool=pool.parity_pool
            ),
        )


def _check_tape_pool(name: str, pool: PoolSettings, config: Config, demand: Demand) -> None:
    demand(
        not pool.parity_pool,
        _(
            "pool {name!r} is on tape: parity_pool is for disc pools, its own parity lies on its cartridges"
        ).format(name=name),
    )
    demand(
        not (pool.worm and pool.media_kind in WITHOUT_WORM),
        _("pool {name!r}: there are no write-once cartridges of kind {media_kind}").format(
            name=name, media_kind=pool.media_kind
        ),
    )
    block = pool.tape_block_bytes
    demand(
        block & (block - 1) == 0 and BLOCK_BYTES_MIN <= block <= BLOCK_BYTES_MAX,
        _("pool {name!r}: tape_block_bytes is a power of two from {least} to {most}").format(
            name=name, least=BLOCK_BYTES_MIN, most=BLOCK_BYTES_MAX
        ),
    )
    demand(
        pool.image_bytes >= 0,
        _("pool {name!r}: image_bytes must not be negative").format(name=name),
    )
    forms_sets = [kind for kind, settings in config.classes.items() if name in settings.pools]
    demand(
        not forms_sets or pool.image_bytes > 0,
        _(
            "class {kind!r} names tape pool {name!r} in pools: it then forms sets of its own and needs image_bytes; "
            "for a copy of each image name it in copies"
        ).format(name=name, kind=forms_sets[0] if forms_sets else ""),
    )
    demand(
        pool.image_bytes == 0 or pool.image_bytes >= IMAGE_BYTES_MIN,
        _("pool {name!r}: image_bytes {image_bytes} is too small for a package; at least {least}").format(
            name=name, image_bytes=pool.image_bytes, least=IMAGE_BYTES_MIN
        ),
    )
    most = NATIVE_BYTES[pool.media_kind]
    demand(
        pool.image_bytes <= most,
        _(
            "pool {name!r}: image_bytes {image_bytes} is more than a cartridge {media_kind} holds ({most} bytes)"
        ).format(name=name, image_bytes=pool.image_bytes, media_kind=pool.media_kind, most=most),
    )


def _check_hot_folder(
    name: str, folder: HotFolderSettings, config: Config, demand: Callable[[bool, str], None]
) -> None:
    named = f"hot folder {name!r}"
    demand(
        _HOT_FOLDER_NAME.fullmatch(name) is not None,
        _("{named}: its name has letters, digits, - and _ only").format(named=named),
    )
    demand(
        Path(folder.path).is_absolute(),
        _("{named}: path {path!r} is not absolute").format(named=named, path=folder.path),
    )
    known = not folder.storage_class or folder.storage_class in config.classes
    demand(
        known,
        _("{named} names class {storage_class!r}, which does not exist").format(
            named=named, storage_class=folder.storage_class
        ),
    )
    for key, words in HOT_FOLDER_WORDS.items():
        value = getattr(folder, key)
        demand(
            value in words,
            _("{named}: {key} = {value!r}; known are {words}").format(
                named=named, key=key, value=value, words=", ".join(words)
            ),
        )
    settles = folder.ready == "settle"
    demand(
        not settles or folder.settle_s > 0,
        _('{named}: ready = "settle" needs settle_s above 0').format(named=named),
    )
    demand(
        settles or folder.settle_s == 0,
        _('{named}: settle_s is only for ready = "settle"').format(named=named),
    )
    demand(folder.poll_s > 0, _("{named}: poll_s must be positive").format(named=named))
