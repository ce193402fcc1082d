"""The stages in order, as the loop takes them."""

from typing import cast

from archived.stages import (
    appending,
    asking,
    checking,
    cleaning,
    commitment,
    copying,
    fetching,
    looking,
    moving,
    packing,
    placement,
    protection,
    reading_identity,
    rebuilding,
    recall,
    verification,
    writing,
)
from archived.stages.health import scanning
from archived.stages.media_life import leaving
from archived.stages.migrate import migrating, unpacking
from archived.stages.repair import reaching, regaining, repairing
from archived.stages.retention import giving_up, reprotecting
from archived.stages.verify import verifying
from archived.stages.work import Stage

#: Intake is an operation of the API and is not looped.
PIPELINE: tuple[Stage, ...] = tuple(
    cast(Stage, module)
    for module in (
        packing,
        protection,
        placement,
        copying,
        cleaning,
        fetching,
        leaving,
        moving,
        asking,
        writing,
        appending,
        verification,
        commitment,
        recall,
        regaining,
        verifying,
        scanning,
        unpacking,
        migrating,
        repairing,
        reaching,
        reprotecting,
        giving_up,
        looking,
        reading_identity,
        rebuilding,
        checking,
    )
)
