"""Files that hold the secret by which we prove to an iSCSI target who we are."""

import stat
from pathlib import Path

from archived.errors import ConfigurationError
from archived.language import _


def read_secret(path: Path) -> str:
    """The secret in a file that nobody else may read. Raises ConfigurationError, which never shows it."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            _("the secret in {path} cannot be read: {error}").format(path=path, error=error)
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            _("others may read the secret in {path}; chmod 600 {path}").format(path=path),
            advice=f"chmod 600 {path}",
        )
    if not text:
        raise ConfigurationError(_("there is no secret in {path}").format(path=path))
    return text
