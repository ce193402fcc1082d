"""The list as a volume of its own: a folder of ours that holds the list, or the extract of one group's rows."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archived.batches import BatchItem
from archived.policy.list_volume import ListPart, extract
from archived.stages.hand_in import ListContent
from archived.stages.work import Site

#: Below the site; what a crash leaves here is replaced when the same list is handed in again.
FOLDER = "lists"


@contextmanager
def list_folder(site: Site, item: BatchItem, content: ListContent, part: ListPart) -> Iterator[Path]:
    """A folder that holds what is archived with this group, for as long as the block lasts.

    A list of one group is kept as it is. Of several groups each gets its own rows as CSV, since a disc never
    holds two series. The same list always makes the same bytes.
    """
    folder = site.tools.paths.site / FOLDER / f"{item.batch_id}-{item.number}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        if len(content.parts) == 1:
            (folder / content.name).write_bytes(content.data)
        else:
            (folder / f"{Path(content.name).stem}.csv").write_bytes(extract(content.table, part.rows))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
