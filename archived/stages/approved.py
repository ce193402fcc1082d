"""What is done when a second person agrees, by the kind of approval: one function each, in the module of its thing."""

from collections.abc import Mapping

from archived.stages.approving import Effect
from archived.stages.media_life import destroying
from archived.stages.migrate import releasing
from archived.stages.retention import forgetting, ruling

EFFECTS: Mapping[str, Effect] = {
    destroying.KIND: destroying.destroy,
    releasing.KIND: releasing.release,
    forgetting.FORGET: forgetting.forget,
    ruling.LOOSEN: ruling.loosen,
}
