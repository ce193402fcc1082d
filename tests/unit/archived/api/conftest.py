"""The API of a site without its processes, asked as a peer of the socket asks."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from archived.api.application import create_application
from archived.api.services import Services
from archived.catalog.store import Catalog
from archived.formats.key_files import load_site_key
from archived.founding import Choices, make_site
from archived.sessions.inline import InlineBurner
from archived.sessions.tools import ProgressBoard, Tools
from archived.stages.work import Site
from archived.wiring import paths_of
from devices.clock import SimulatedClock
from erasure.kernels import load_kernel


@dataclass
class Daemon:
    """What a peer reaches, and what lies behind it."""

    application: FastAPI
    services: Services
    #: Every call of `wake`.
    woken: list[None] = field(default_factory=list)

    def ask(self, method: str, path: str, document: Any = None, *, peer: str = "uid:0") -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.application, client=(peer, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://archived") as client:
                return await client.request(method, path, json=document)

        return asyncio.run(asked())

    @property
    def progress(self) -> ProgressBoard:
        return self.services.site.tools.progress


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    folder = tmp_path / "site"
    clock = SimulatedClock()
    config = make_site(folder, Choices(8 << 20, keep_free_bytes=1), clock)
    paths = paths_of(folder, config)
    catalog = Catalog(paths.catalog)
    tools = Tools(clock, config, paths, {}, {}, InlineBurner({}), load_kernel(), ProgressBoard(clock))
    woken: list[None] = []
    services = Services(
        catalog=catalog,
        site=Site(config, tools, "archived", load_site_key(paths.keys)),
        folder=folder,
        started_at=clock.now(),
        wake=lambda: woken.append(None),
        is_draining=lambda: False,
        simulate=lambda verb, arguments: None,
    )
    yield Daemon(create_application(services), services, woken)
    catalog.close()
