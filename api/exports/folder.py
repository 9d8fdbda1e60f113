"""整夹 — an audit export as one file: the log, a part of it, or one person's, for an outsider to verify."""

import shutil
import tempfile
from pathlib import Path

from anyio import to_thread
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.asked import Asked
from projections.transparency.mandate import Profile
from projections.transparency.scope import Scope


async def folder_of(asked: Asked, scope: Scope, profile: Profile | None = None) -> FileResponse:
    """Write it, put it on record, and send it; it is gone again when it was sent. An auditor's without a profile."""
    folder = Path(await to_thread.run_sync(tempfile.mkdtemp))
    try:
        house = asked.house
        file = await to_thread.run_sync(
            house.take_away, scope, asked.reader.person, folder, profile, limiter=house.taking
        )
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(
        file,
        media_type="application/x-tar",
        filename="steelyard.tar",
        headers={"Cache-Control": "private, no-store"},
        background=BackgroundTask(shutil.rmtree, folder),
    )
