"""The one tag that somebody holds to a reader now."""

from archived.api.services import Services
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.policy.tags import flaw_of


def tags_before(services: Services, name: str) -> tuple[str, ...]:
    """Uids of all tags before a reader now, those left out that are no identity.

    Raises NotFound for a reader that there is not; DeviceFailure, RoboticsError when it does not answer.
    """
    placed = services.site.tools.readers.get(name)
    if placed is None:
        known = ", ".join(sorted(services.site.tools.readers)) or "-"
        raise NotFound(
            _("there is no reader {name!r}; there are: {known}").format(name=name, known=known),
            advice="archivectl readers",
        )
    return tuple(tag.uid for tag in placed.reader.read() if flaw_of(tag.uid, fixed=tag.fixed) is None)


def one_tag_before(services: Services, name: str) -> str:
    """The uid of the only tag before a reader. Raises as `tags_before`, Refused for a made-up one, WrongState."""
    uids = tags_before(services, name)
    if len(uids) == 1:
        return uids[0]
    for tag in () if uids else services.site.tools.readers[name].reader.read():
        flaw = flaw_of(tag.uid, fixed=tag.fixed)
        if flaw is not None:
            raise Refused(flaw.words, advice=flaw.advice)
    raise WrongState(
        _("reader {name} sees {number} tags, and one is wanted").format(name=name, number=len(uids)),
        advice=_("hold one medium before the reader, and say it again"),
    )
