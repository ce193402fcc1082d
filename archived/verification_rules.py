"""What the rules by which media are examined must hold."""

from datetime import date

from archived.errors import ConfigurationError
from archived.language import _
from archived.medium_states import MediumState
from archived.settings import Config
from archived.time_of_day import hours_of_day
from archived.verification_settings import VerificationSettings

HOW = ("full", "sampled", "edges")
KINDS = ("disc", "tape", "disk")
#: Media in other states hold nothing that could be compared.
STATES = tuple(
    state.value
    for state in (
        MediumState.GOOD,
        MediumState.APPENDABLE,
        MediumState.WATCH,
        MediumState.SUSPECT,
        MediumState.RETIRED,
    )
)


def check_verification(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where` and the rule."""
    for name, rule in config.verification.items():
        for words in _problems(rule, config):
            raise ConfigurationError(f"{where}: verification.{name}: {words}")


def _problems(rule: VerificationSettings, config: Config) -> list[str]:
    found = []
    for key, values, known in (
        ("how", (rule.how,), HOW),
        ("kinds", rule.kinds, KINDS),
        ("states", rule.states, STATES),
        ("pools", rule.pools, tuple(config.pools)),
    ):
        for value in values:
            if value not in known:
                found.append(
                    _("{key}: {value!r}; known are {known}").format(
                        key=key, value=value, known=", ".join(known)
                    )
                )
    if rule.interval_days <= 0:
        found.append(_("interval_days must be positive"))
    for key in ("chunks_percent", "media_percent"):
        if not 0 < getattr(rule, key) <= 100:
            found.append(_("{key} lies above 0 and up to 100").format(key=key))
    for key in ("age_from_days", "age_to_days", "after_failure_days", "failed_batch_days", "overdue_days"):
        if getattr(rule, key) < 0:
            found.append(_("{key} must not be negative").format(key=key))
    if rule.media_at_once < 1:
        found.append(_("media_at_once must be at least 1"))
    return [*found, *_time_problems(rule)]


def _time_problems(rule: VerificationSettings) -> list[str]:
    found = []
    try:
        hours_of_day(rule.hours)
    except ValueError as error:
        found.append(f"hours: {error}")
    try:
        if rule.not_before:
            date.fromisoformat(rule.not_before)
    except ValueError:
        found.append(_("not_before: {words!r} is no day such as 2027-01-01").format(words=rule.not_before))
    return found
