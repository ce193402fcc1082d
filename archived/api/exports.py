"""Exports of the catalog: made on demand, listed, read again."""

from pathlib import Path

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, plain, services_of, uid_of
from archived.errors import ArchivedError, Refused, WrongState
from archived.formats.key_files import public_keys
from archived.formats.signing import PublicKey
from archived.language import _
from archived.stages.export_place import export_to_its_place, lost_with, place_of
from archived.stages.exporting import Listed, check_export, export_catalog, listed
from archived.stages.readers import reader_for

router = APIRouter(prefix="/catalog/exports")
KEY = "catalog-export-on-demand"


class WhereTo(BaseModel):
    #: A folder of the caller's choice; the place that the settings name when there is none.
    to: str | None = None


@router.post("")
def export(body: WhereTo, request: Request, services: Services = Depends(services_of)) -> Document:
    """Export the catalog now, read it back, and answer when it is whole."""
    site, agent = services.site, agent_of(request)
    if body.to is not None and reader_for(uid_of(request)) is not None:
        raise Refused(_("only root and the daemon's own user choose where the catalog is exported to"))
    if body.to is not None and not Path(body.to).is_absolute():
        raise Refused(_("{path!r} is not an absolute path; nothing was exported").format(path=body.to))
    if any(item.key == KEY for item in site.tools.progress.items()):
        raise WrongState(_("an export of the catalog is under way; one at a time"))
    folder = place_of(site) if body.to is None else Path(body.to)
    what = _("exporting the catalog to {folder}").format(folder=folder)
    report = site.tools.progress.begin(KEY, what, cancellable=True)
    try:
        if body.to is None:
            made = export_to_its_place(services.catalog, site, report, agent=agent)
            statement, removed = made.statement, made.removed
        else:
            statement, removed = export_catalog(services.catalog, site, folder, report, agent=agent), ()
    finally:
        site.tools.progress.end(KEY)
    # Whoever names a folder himself may carry the file away; he is told, and not refused.
    warnings = () if body.to is None else lost_with(site, folder)
    told = {"folder": str(folder), "removed": list(removed), "warnings": list(warnings)}
    return services.said({**plain(statement), **told})


@router.get("")
def list_exports(check: bool = False, services: Services = Depends(services_of)) -> Document:
    """The exports in the place that the settings name, newest first; with `check` all of each is read."""
    folder = services.site.config.catalog.export_directory
    if not folder:
        return services.listed([], folder="")
    keys = list(public_keys(services.site.tools.paths.keys).values())
    now = services.site.now()
    items = []
    for item in listed(Path(folder), keys):
        problem = _problem_inside(item, keys) if check and not item.problem else item.problem
        statement = item.statement
        items.append(
            {
                "name": item.path.name,
                "made_at": plain(statement.made_at) if statement else None,
                "age_s": (now - statement.made_at).total_seconds() if statement else None,
                "size_bytes": statement.size_bytes if statement else None,
                "row_count": statement.row_count if statement else None,
                "schema": statement.schema if statement else None,
                "read_back_at": plain(statement.read_back_at) if statement else None,
                "checked": check,
                "whole": not problem,
                "problem": problem,
            }
        )
    return services.listed(items, folder=folder)


def _problem_inside(item: Listed, keys: list[PublicKey]) -> str:
    try:
        check_export(item.path, keys)
    except ArchivedError as error:
        return error.message
    except OSError as error:
        return error.strerror or str(error)
    return ""
