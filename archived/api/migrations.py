"""Migrations over the API: a preview, a run, and what was retired; steering is that of all care runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.care import run_document
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.policy.migrate.selecting import Terms
from archived.stages.migrate import migration_orders, releasing

router = APIRouter()


class Wanted(BaseModel):
    """Which media are meant, and what is done with them; every condition that is named must hold."""

    media: list[str] = []
    pools: list[str] = []
    states: list[str] = []
    kinds: list[str] = []
    generation_max: Annotated[int, Field(ge=0)] = 0
    batches: list[str] = []
    older_than_days: Annotated[float, Field(ge=0)] = 0.0
    by_rule: bool = False
    fill_below_percent: Annotated[float, Field(ge=0, le=100)] = 0.0
    repack: bool = False
    to_pool: str = ""
    media_per_wave: Annotated[int, Field(ge=0)] = 0

    def terms(self, media_per_wave: int) -> Terms:
        """What was said, with the waves of the settings where nothing was."""
        said = self.model_dump()
        sets = {name: frozenset(value) for name, value in said.items() if isinstance(value, list)}
        return Terms(**(said | sets | {"media_per_wave": self.media_per_wave or media_per_wave}))


class Run(BaseModel):
    terms: Wanted
    reason: str


@router.post("/migrate/plan")
def plan(body: Wanted, services: Services = Depends(services_of)) -> Document:
    """What a migration would do, cost and leave behind; nothing is put on record."""
    terms = body.terms(services.site.config.migration.media_per_wave)
    with services.catalog.read() as read:
        return services.said(migration_orders.preview(read, services.site, terms))


@router.post("/migrate/run")
def run(body: Run, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin a migration; its preview goes on record with it."""
    terms = body.terms.terms(services.site.config.migration.media_per_wave)
    with services.catalog.read() as read:
        plan = migration_orders.plan_by(read, services.site, terms)
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        begun = migration_orders.begin(write, services.site, terms, plan=plan, **said)
    services.wake()
    return services.said(run_document(begun))


class Release(BaseModel):
    #: None at all: every retired medium whose time is over.
    media: list[str] = []
    reason: str


@router.get("/migrate/retired")
def list_retired(services: Services = Depends(services_of)) -> Document:
    """Every retired medium: since when, until when it is kept, and what else keeps it."""
    with services.catalog.read() as read:
        found = [
            {
                "medium": item.medium.id,
                "kind": item.medium.kind,
                "batch": item.medium.batch,
                "retired_at": plain(item.retired_at),
                "keep_until": plain(item.keep_until),
                "images": list(item.images),
                "held_by": list(item.held_by),
            }
            for item in releasing.listing(read, services.site)
        ]
    return services.listed(found)


@router.post("/migrate/release")
def release(body: Release, request: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for retired media to be released; a second person has to agree, and nothing is done before."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        return services.said(plain(releasing.ask(write, services.site, body.media, **said)))
