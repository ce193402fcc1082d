"""Another medium than a task is about, shown again and again: a case, as nobody knows any more what lies where."""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.cases import Witness, WitnessKind
from archived.catalog import media
from archived.language import _
from archived.stages.cases import heard, on_record, weigh
from archived.stages.work import Site
from archived.tasks import RFID, Task

_KINDS = {
    RFID: (WitnessKind.TAG,),
    "barcode": (WitnessKind.BARCODE,),
    "typed": (WitnessKind.PRINTED_LABEL, WitnessKind.BARCODE),
}


def weigh_shown(write: Connection, site: Site, task: Task, how: str, value: str, agent: str) -> str | None:
    """A person showed another medium than was asked for, where it was to be; the case that is open then."""
    told = [heard(write, site, kind, value, agent) for kind in _KINDS[how]]
    return _weigh(write, site, task, [witness for witness in told if witness.says][:1])


def weigh_carriers(write: Connection, site: Site, task: Task, carriers: Sequence[str]) -> str | None:
    """A disc that was brought says that it is another one; the case that is open then."""
    said = {media.get(write, medium_id).volume_id or "" for medium_id in carriers} - {""}
    by = _("the drive of task {id}").format(id=task.id)
    told = [heard(write, site, WitnessKind.VOLUME_ID, text, by) for text in sorted(said)]
    return _weigh(write, site, task, told)


def _weigh(write: Connection, site: Site, task: Task, told: Sequence[Witness]) -> str | None:
    if not told:
        return None
    elements = () if task.from_element is None else (task.from_element,)
    witnesses = [on_record(site, task.medium_id), *told]
    return weigh(write, site, witnesses, library=task.from_library, elements=elements)
