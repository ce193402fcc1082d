"""Why something in a hot folder waits, in words for people. Pure."""

from archived.language import _
from archived.policy.hot_folders import Wait, Why


def words_of(wait: Wait, *, settle_s: float) -> str:
    """One sentence, in the language that is spoken now."""
    words = {
        Why.NO_MARKER: _("there is no marker NAME.ready beside it"),
        Why.UNSETTLED: _("something in it changed within the last {seconds:g} seconds").format(
            seconds=settle_s
        ),
        Why.PUT_OFF: wait.note,
        Why.RESTS: wait.note or _("it is left alone for a while, and then tried again"),
        Why.UNDER_WAY: _("it is being taken in, or compared"),
        Why.UNSAFE: _("it was archived, and stays: {why}").format(why=wait.note),
        Why.NEITHER: _("it is neither a folder nor an archive"),
    }
    return words[wait.why]
