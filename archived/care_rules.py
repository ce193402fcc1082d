"""What the settings by which an archive stays alive must hold: verification, health, repair."""

from archived.errors import ConfigurationError
from archived.health_rules import check_health
from archived.repair_settings import repair_problems
from archived.settings import Config
from archived.verification_rules import check_verification


def check_care(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where` and the rule."""
    check_verification(config, where)
    check_health(config.health, where)
    for words in repair_problems(config.repair):
        raise ConfigurationError(f"{where}: {words}")
