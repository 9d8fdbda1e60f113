"""The application: every route, guard and document, made of one house. There is no global state."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import codes, problems
from api.guards import Guards
from api.house import House
from api.limits import BodyLimit
from api.pages import STATIC

codes.install()

from api.program import program_digest  # noqa: E402 - sorted with what follows
from api.routes import ROUTERS  # noqa: E402 - their paths name the convertor that was just installed

VERSION = "0.1.0"


WRITERS = 64
"""As many threads as may wait for one group commit; the framework's own 40 are too few."""


def create_app(house: House) -> FastAPI:
    """The application over a house that somebody else made and will take down."""
    program_digest()  # of what is served, not of what lies there when the first reader comes
    app = FastAPI(
        title="Steelyard", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None, lifespan=_running
    )
    app.state.house = house
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Guards, house=house)
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncGenerator[None]:
    """The house's pools belong to the loop that serves: opened and closed with it."""
    house: House = app.state.house
    to_thread.current_default_thread_limiter().total_tokens = WRITERS
    await house.reads.open(wait=True)
    await house.access.open(wait=True)
    try:
        yield
    finally:
        await house.access.close()
        await house.reads.close()
