"""台账工作簿 — entries, steps and persons of a register as a workbook each: all of it or nothing."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.asked import Asked, permitted
from api.documents import described
from api.refusals import NotFound
from api.routes.listed import Listed, hand_out, take_in, upload_page
from api.routes.workbooks import XLSX, WorkbookWish
from api.workbook.shelves import SHELVES

router = APIRouter(tags=["workbooks"])


@router.get("/units/{unit:code}/lists/registers/{register}/{sheet}")
@described(media_type=XLSX)
async def blank(unit: str, register: str, sheet: str, asked: Annotated[Asked, permitted("register.keep")]) -> Response:
    """The template: a column for each field, drop-downs where there is a choice, one page of advice."""
    return await hand_out(_shelf(register, sheet), asked)


@router.get("/units/{unit:code}/lists/registers/{register}/{sheet}/upload", include_in_schema=False)
async def form(unit: str, register: str, sheet: str, asked: Annotated[Asked, permitted("register.keep")]) -> Response:
    """The page on which a workbook is chosen."""
    return upload_page(_shelf(register, sheet), asked, None, None)


@router.post("/units/{unit:code}/lists/registers/{register}/{sheet}")
@described(Listed, bare=True, uploads=True)
async def carry_in(
    unit: str, register: str, sheet: str, asked: Annotated[Asked, permitted("register.keep", takes=WorkbookWish)]
) -> Response:
    """Check a workbook, or record it: all of it or nothing. The same file again records nothing twice."""
    return await take_in(_shelf(register, sheet), asked)


def _shelf(register: str, sheet: str) -> str:
    """``entries``, ``steps`` or ``persons`` of a register that has them."""
    shelf = f"registers/{register}/{sheet}"
    if shelf not in SHELVES:
        raise NotFound
    return shelf
