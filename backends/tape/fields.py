"""Fields of a text on a tape, taken one by one and believed only when they have the right shape."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backends.errors import TapeTextDamaged

TEXT_CHARACTERS_MAX = 300
NUMBER_MAX = 1 << 62
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_DIGEST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DIGEST = re.compile(r"(?:[0-9a-f]{2}){8,128}")


def text(fields: Mapping[str, Any], name: str) -> str:
    """A text of bounded length without control characters. Raises TapeTextDamaged, as all of these do."""
    value = fields.get(name)
    if not isinstance(value, str) or not is_plain(value):
        raise TapeTextDamaged(f"the field {name} is no text that could stand there")
    return value


def is_plain(value: str) -> bool:
    """Whether a text may stand in a field: not too long, printable, no lone surrogate."""
    return len(value) <= TEXT_CHARACTERS_MAX and not any(
        ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 or ord(c) == 127 for c in value
    )


def number(fields: Mapping[str, Any], name: str, least: int = 0) -> int:
    """A whole number from `least` on."""
    value = fields.get(name)
    if type(value) is not int or not least <= value <= NUMBER_MAX:
        raise TapeTextDamaged(f"the field {name} is no number that could stand there")
    return value


def yes_or_no(fields: Mapping[str, Any], name: str) -> bool:
    """true or false."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise TapeTextDamaged(f"the field {name} is neither true nor false")
    return value


def uuid(fields: Mapping[str, Any], name: str) -> str:
    """A UUID in its usual form."""
    value = text(fields, name)
    if not is_uuid(value):
        raise TapeTextDamaged(f"the field {name} is no UUID")
    return value


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID in its usual form: lower case, with hyphens."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def utc_text(moment: datetime) -> str:
    """A time as it stands in a text, in whole seconds."""
    return moment.astimezone(UTC).strftime(_TIME)


def moment(fields: Mapping[str, Any], name: str) -> datetime:
    """A time, aware, in UTC."""
    try:
        return datetime.strptime(text(fields, name), _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise TapeTextDamaged(f"the field {name} is no time") from None


def digests(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    """Digests by name; sha256 is always among them."""
    value = fields.get(name)
    if not isinstance(value, dict) or not are_digests(value):
        raise TapeTextDamaged(f"the field {name} does not hold digests")
    return value


def are_digests(value: Mapping[Any, Any]) -> bool:
    """Whether these are names and hexadecimal digests, with a sha256 among them, and not too many."""
    return (
        1 <= len(value) <= 8
        and len(str(value.get("sha256", ""))) == 64
        and all(
            isinstance(key, str)
            and isinstance(digest, str)
            and _DIGEST_NAME.fullmatch(key)
            and _DIGEST.fullmatch(digest)
            for key, digest in value.items()
        )
    )
