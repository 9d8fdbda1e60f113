"""整夹 — an audit export as one file: the log, a part of it, or one person's, for an outsider to verify.

Taking one is a command: it stands in the log. Nothing of the file is kept; the same key again makes the same one again.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import BinaryIO, Final

from anyio import CancelScope, to_thread
from fastapi.responses import StreamingResponse

from api.asked import Asked
from api.house import House, Taken
from api.purpose import take_away
from api.readings import note_reading
from api.refusals import NoRoom
from projections.transparency.mandate import Profile
from projections.transparency.scope import Scope

PIECE_BYTES: Final = 1 << 18


async def folder_of(asked: Asked, what: str, scope: Scope, profile: Profile | None = None) -> StreamingResponse:
    """Write down who takes it, write it, put it on record, and send it; it has no name any more when it is sent.

    Whoever may not take it away is refused before it is written down that he looks. An auditor's without a profile.
    """
    # A page stays where it is when its form brought a file: another scope from the same form is another export.
    part = scope.encode().decode() if asked.sent is not None and asked.sent.by_form else ""
    taken = Taken(asked.command(part), asked.reader.person, scope, profile)
    await take_away(asked, what)
    if scope.member is not None:
        await note_reading(asked, scope.member, "export", review=None if profile is None else profile.review)
    with _room():
        content = await _made(asked.house, taken)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="steelyard.tar"',
        "Content-Length": str(os.fstat(content.fileno()).st_size),
    }
    return StreamingResponse(_pieces(content), media_type="application/x-tar", headers=headers)


async def _made(house: House, taken: Taken) -> BinaryIO:
    folder = Path(await to_thread.run_sync(tempfile.mkdtemp))
    try:
        file = await to_thread.run_sync(house.take_away, taken, folder, limiter=house.taking)
        # An open file needs no name: whatever becomes of the answer, nothing stays behind.
        return file.open("rb")
    finally:
        # Thousands of small files lie in it: nobody else waits for that, nor does it stay where the request is ended.
        with CancelScope(shield=True):
            await to_thread.run_sync(shutil.rmtree, folder)


@contextmanager
def _room() -> Generator[None]:
    try:
        yield
    except OSError as failed:
        if failed.errno in {ENOSPC, EDQUOT}:
            raise NoRoom from failed
        raise


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while piece := content.read(PIECE_BYTES):
            yield piece
