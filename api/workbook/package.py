"""工作簿文件 — an .xlsx as a zip of parts, believed only after its sizes and names were looked at.

Nothing is unpacked before the directory of the zip says how large it would become, and no part becomes larger than
the directory said. What can run, or fetch something from elsewhere, is refused as a whole.
"""

import io
import struct
import zipfile
import zlib
from typing import Final

from domain.decider import Refused

SIZE_LIMIT_BYTES: Final = 5_000_000
EXPANDED_LIMIT_BYTES: Final = 50_000_000
PARTS_LIMIT: Final = 500
RATIO_LIMIT: Final = 200
"""How many times its packed size a workbook may become; a month of sheets becomes 5 to 15 times."""
RATIO_FREE_BYTES: Final = 1_000_000
"""Up to here the ratio does not matter: a small file of blanks packs very well and harms nobody."""

_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_RUNS: Final = ("/vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "xl/activex/", "xl/embeddings/")
_FETCHES: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
_BROKEN_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises over a damaged zip, found by feeding it damaged ones."""


class WorkbookTooLarge(Refused):
    """工作簿超过 5 MB,请分月上传。 The workbook is larger than 5 MB; upload it month by month."""

    code = "workbook-too-large"


class WorkbookUnreadable(Refused):
    """不是可读取的 .xlsx 工作簿,请另存为不加密的 .xlsx。 Not a readable .xlsx; save it as one, without a password."""

    code = "workbook-unreadable"


class WorkbookExpands(Refused):
    """工作簿解压后过大,不予读取。 The workbook would become too large when unpacked, so it is not read."""

    code = "workbook-expands"


class WorkbookMacros(Refused):
    """工作簿含宏或嵌入对象,请另存为普通 .xlsx。 It holds macros or embedded objects; save it as a plain .xlsx."""

    code = "workbook-macros"


class WorkbookLinks(Refused):
    """工作簿链接了外部文件或数据源,请粘贴为数值。 It links to other files or data sources; paste values instead."""

    code = "workbook-links"


class Package:
    """The parts of one workbook by lower-case name; each is unpacked when asked for, within the limits."""

    def __init__(self, data: bytes) -> None:
        if len(data) > SIZE_LIMIT_BYTES:
            raise WorkbookTooLarge(size_bytes=len(data), most=SIZE_LIMIT_BYTES)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN_ZIP as broken:
            raise WorkbookUnreadable from broken
        self._parts = {_name(info): info for info in self._zip.infolist()}
        self._weigh(len(data))
        self._look_for_what_runs()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def part(self, name: str) -> bytes:
        """The content of one part, or a refusal if it is missing or damaged."""
        info = self._parts.get(name.lower())
        if info is None:
            raise WorkbookUnreadable(part=name)
        try:
            return self._zip.read(info)
        except _BROKEN_ZIP as broken:
            raise WorkbookUnreadable(part=name) from broken

    def _weigh(self, size_bytes: int) -> None:
        entries = self._zip.infolist()
        expanded = sum(info.file_size for info in entries)
        bombs = expanded > EXPANDED_LIMIT_BYTES or expanded > max(RATIO_FREE_BYTES, RATIO_LIMIT * size_bytes)
        if bombs or len(entries) > PARTS_LIMIT:
            raise WorkbookExpands(size_bytes=expanded, most=EXPANDED_LIMIT_BYTES)
        odd = any(info.compress_type not in _PACKED or info.flag_bits & _ENCRYPTED for info in entries)
        if odd or len(self._parts) < len(entries):
            raise WorkbookUnreadable

    def _look_for_what_runs(self) -> None:
        if any(mark in f"/{name}" for name in self._parts for mark in _RUNS):
            raise WorkbookMacros
        if any(name.startswith(mark) for name in self._parts for mark in _FETCHES):
            raise WorkbookLinks
        if b"macroenabled" in self.part("[Content_Types].xml").lower():
            raise WorkbookMacros


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").lstrip("/").lower()
