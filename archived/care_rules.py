"""What the settings by which an archive stays alive must hold: verification, health, repair, migration, cleaning."""

from collections.abc import Iterator

from archived.errors import ConfigurationError
from archived.health_rules import check_health
from archived.language import _
from archived.repair_settings import repair_problems
from archived.settings import Config
from archived.verification_rules import check_verification


def check_care(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where` and the rule."""
    check_verification(config, where)
    check_health(config.health, where)
    for words in (*repair_problems(config.repair), *_migration(config), *_media_life(config)):
        raise ConfigurationError(f"{where}: {words}")


def _migration(config: Config) -> Iterator[str]:
    if config.migration.keep_retired_days < 0:
        yield _("migration.keep_retired_days must not be negative")
    if config.migration.media_per_wave < 1:
        yield _("migration.media_per_wave must be at least 1")
    if config.migration.images_at_once < 1:
        yield _("migration.images_at_once must be at least 1")
    if config.migration.bytes_per_day < 0:
        yield _("migration.bytes_per_day must not be negative; 0 is no limit")


def _media_life(config: Config) -> Iterator[str]:
    for name, pool in config.pools.items():
        if pool.low_water < 0:
            yield _("pool {name!r}: low_water must not be negative").format(name=name)
    for key in ("disc_hours", "disc_loads", "tape_hours", "tape_loads", "cartridges_low"):
        if getattr(config.cleaning, key) < 0:
            yield _("cleaning.{key} must not be negative; 0 is never").format(key=key)
    if config.cleaning.cartridge_uses < 1:
        yield _("cleaning.cartridge_uses must be at least 1")
