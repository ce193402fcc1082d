"""The FastAPI application: routes by noun, errors as documents."""

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from archived.api import (
    alarms,
    approvals,
    batches,
    bins,
    care,
    cases,
    catalog,
    destructions,
    exports,
    handing_in,
    holdings,
    holds,
    hot_folders,
    identity,
    keys,
    magazines,
    media_health,
    media_life,
    mending,
    migrations,
    overview,
    readers,
    recall_content,
    recall_orders,
    recalls,
    receipts,
    repair,
    reports,
    retention,
    robot,
    simulation,
    steering,
    submissions,
    tasks,
    transports,
    vault,
    verify,
)
from archived.api.services import Services, known_peer
from archived.api.speech import Speech
from archived.errors import ArchivedError, CatalogBusy, Failed, Refused, translated
from archived.language import _
from archived.stages.intake_pool import IntakePool
from backends.errors import BackendError
from devices.failures import DeviceFailure
from erasure.errors import ErasureError
from robotics.errors import RoboticsError


def create_application(services: Services) -> FastAPI:
    """The API of one daemon. Handlers that touch the catalog are plain functions on worker threads."""
    application = FastAPI(
        title="archived", version="1", docs_url="/docs", redoc_url=None, dependencies=[Depends(known_peer)]
    )
    application.add_middleware(Speech)
    application.state.services = services
    application.state.intake_pool = IntakePool(services.site.config.intake.parallel)
    for module in (
        submissions, mending, alarms, reports, holdings, steering, robot, bins, recall_orders, recalls,
        recall_content, overview,
        simulation, catalog, exports, holds, batches, hot_folders, handing_in,
        media_health,
        media_life, receipts, keys, care, approvals, retention, cases, magazines, identity, vault, readers, tasks,
        migrations, verify, destructions, transports, repair,
    ):  # fmt: skip
        application.include_router(module.router, prefix="/v1")
    application.add_exception_handler(RequestValidationError, _misread)  # type: ignore[arg-type]
    application.add_exception_handler(ArchivedError, _said)  # type: ignore[arg-type]
    application.add_exception_handler(OverflowError, _too_large)
    for kind in (DeviceFailure, RoboticsError, BackendError, ErasureError):
        application.add_exception_handler(kind, _leaf)
    return application


async def _said(request: Request, error: ArchivedError) -> JSONResponse:
    headers = {"Retry-After": "5"} if isinstance(error, CatalogBusy) else None
    return JSONResponse(error.as_document(), status_code=error.http_status, headers=headers)


async def _misread(request: Request, error: RequestValidationError) -> JSONResponse:
    reasons = [f"{'.'.join(map(str, item['loc'][1:]))}: {item['msg']}" for item in error.errors()]
    return await _said(request, Refused("; ".join(reasons), reasons=reasons))


async def _too_large(request: Request, error: Exception) -> JSONResponse:
    words = _("a number is larger than the catalog can hold; nothing was put on record")
    return await _said(request, Refused(words, advice=_("look at the numbers that were given")))


async def _leaf(request: Request, error: Exception) -> JSONResponse:
    meaning = translated(error) or Failed(str(error))
    return JSONResponse(meaning.as_document(), status_code=meaning.http_status)
