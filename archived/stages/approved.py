"""What is done when a second person agrees, by the kind of approval: one function each, in the module of its thing."""

from collections.abc import Mapping

from archived.stages.approving import Effect
from archived.stages.media_life import destroying as media_destroying
from archived.stages.migrate import releasing
from archived.stages.retention import destroying, forgetting, lost_media, ruling

EFFECTS: Mapping[str, Effect] = {
    media_destroying.KIND: media_destroying.destroy,
    releasing.KIND: releasing.release,
    destroying.DESTROY: destroying.agree,
    forgetting.FORGET: forgetting.forget,
    lost_media.KIND: lost_media.accept,
    ruling.LOOSEN: ruling.loosen,
}
