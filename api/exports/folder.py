"""整夹 — an audit export as one file: the log, a part of it, or one person's, for an outsider to verify.

Taking one is a command: it stands in the log. Nothing of the file is kept; the same key again makes the same one again.
"""

import shutil
import tempfile
from pathlib import Path

from anyio import to_thread
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.asked import Asked
from api.house import Taken
from api.purpose import take_away
from api.readings import note_reading
from projections.transparency.mandate import Profile
from projections.transparency.scope import Scope


async def folder_of(asked: Asked, what: str, scope: Scope, profile: Profile | None = None) -> FileResponse:
    """Write down who takes it, write it, put it on record, and send it; it is gone again when it was sent.

    Whoever may not take it away is refused before it is written down that he looks. An auditor's without a profile.
    """
    # A page stays where it is when its form brought a file: another scope from the same form is another export.
    part = scope.encode().decode() if asked.sent is not None and asked.sent.by_form else ""
    taken = Taken(asked.command(part), asked.reader.person, scope, profile)
    await take_away(asked, what)
    if scope.member is not None:
        await note_reading(asked, scope.member, "export", review=None if profile is None else profile.review)
    folder = Path(await to_thread.run_sync(tempfile.mkdtemp))
    try:
        house = asked.house
        file = await to_thread.run_sync(house.take_away, taken, folder, limiter=house.taking)
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
