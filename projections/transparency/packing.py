"""打包 — an export's folder as one file: POSIX ustar, names sorted, no owners and no times, so the same to the byte."""

import tarfile
from pathlib import Path
from typing import IO, Final

from projections.transparency.verify import Folder

MODE: Final = 0o644


def pack(folder: Path, into: IO[bytes]) -> None:
    """Write the folder's files below its own name; nothing is held in memory but one file's part."""
    with tarfile.open(fileobj=into, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
        for name in Folder(folder).names():
            entry = tarfile.TarInfo(f"{folder.name}/{name}")
            entry.size, entry.mode = (folder / name).stat().st_size, MODE
            with (folder / name).open("rb") as file:
                tar.addfile(entry, file)
