"""Migrations over the API: a preview, a run, and what was retired; steering is that of all care runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.care import run_document
from archived.api.services import Document, Services, agent_of, services_of
from archived.policy.migrate.selecting import Terms
from archived.stages.migrate import migration_orders

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
    with services.catalog.write() as write:
        begun = migration_orders.begin(
            write, services.site, terms, agent=agent_of(request), reason=body.reason
        )
    services.wake()
    return services.said(run_document(begun))
