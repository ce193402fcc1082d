"""Reports over the API: as a document, as one page of HTML, as CSV. All three are the same numbers."""

from datetime import datetime

from fastapi import APIRouter, Depends, Response

from archived.api.services import Document, Services, services_of
from archived.reports.making import REPORTS, make
from archived.reports.page import html_of
from archived.reports.sheet import csv_of

router = APIRouter()


@router.get("/reports")
def list_reports(services: Services = Depends(services_of)) -> Document:
    """The names of the reports that there are."""
    return services.listed([{"name": name} for name in REPORTS])


@router.get("/reports/{name}")
def report(
    name: str,
    since: datetime | None = None,
    until: datetime | None = None,
    services: Services = Depends(services_of),
) -> Document:
    """A report of a period, or of the last year."""
    return services.said(make(services.catalog, services.site, name, since=since, until=until))


@router.get("/reports/{name}/html")
def page(
    name: str,
    since: datetime | None = None,
    until: datetime | None = None,
    services: Services = Depends(services_of),
) -> Response:
    """The same as one page that needs nothing else."""
    document = make(services.catalog, services.site, name, since=since, until=until)
    return Response(html_of(document), media_type="text/html; charset=utf-8")


@router.get("/reports/{name}/csv")
def sheet(
    name: str,
    since: datetime | None = None,
    until: datetime | None = None,
    section: str | None = None,
    services: Services = Depends(services_of),
) -> Response:
    """The same as CSV: one section, or all of them one below the other."""
    document = make(services.catalog, services.site, name, since=since, until=until)
    return Response(csv_of(document, section), media_type="text/csv; charset=utf-8")
