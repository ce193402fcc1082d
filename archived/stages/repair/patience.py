"""Which recalls of our own give way to everybody: all but those of sets that can bear no further loss."""

from sqlalchemy import Connection

from archived.catalog import cases, images, recalls
from archived.stages.repair.pictures import picture_of


def patient_recalls(read: Connection) -> frozenset[str]:
    """Recalls that are served after everything that people and staging wait for."""
    ours = recalls.of_care(read)
    if not ours:
        return frozenset()
    frozen = cases.frozen_media(read)
    spare: dict[str, int] = {}
    patient = set()
    for recall_id, image_id in ours:
        set_id = images.get(read, image_id).set_id
        if set_id is not None and set_id not in spare:
            spare[set_id] = picture_of(read, images.get_set(read, set_id), frozen).spare
        if set_id is None or spare[set_id] > 0:
            patient.add(recall_id)
    return frozenset(patient)
