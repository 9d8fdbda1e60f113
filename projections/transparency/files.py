"""Files of the log's folder: written whole or not at all, and on disk before anything relies on them."""

import ctypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

MANY: Final = 16
"""From so many files on, flushing the whole file system once costs less than each of them."""


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step: a temporary file beside it, flushed to disk, then renamed over it."""
    write_all_durably({path: data})


def write_all_durably(files: Mapping[Path, bytes]) -> None:
    """Put each of some files in its place in one step, in the order given.

    All are on disk under their temporary names before any has its own.
    """
    temporaries = {path: path.with_name(path.name + ".new") for path in files}
    for path, data in files.items():
        make_folder(path.parent)
        temporaries[path].write_bytes(data)
    _flush(list(temporaries.values()))
    for path, temporary in temporaries.items():
        temporary.replace(path)


def _flush(paths: Sequence[Path]) -> None:
    """Flush files of one file system to disk."""
    if len(paths) >= MANY and _flush_file_system(paths[0].parent):
        return
    for path in paths:
        _sync(path, os.O_RDONLY)


def _flush_file_system(folder: Path) -> bool:
    """Flush the file system that holds a folder, as Linux can; whether it said that all is on disk."""
    syncfs = getattr(ctypes.CDLL(None), "syncfs", None)
    if syncfs is None:
        return False
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return bool(syncfs(handle) == 0)
    finally:
        os.close(handle)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make the folder and those above it; each new name is on disk in the folder that holds it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder's list of names to disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)
