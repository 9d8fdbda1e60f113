"""Files of the log's folder: written whole or not at all, and on disk before anything relies on them."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step: a temporary file beside it, flushed to disk, then renamed over it."""
    make_folder(path.parent)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def make_folder(path: Path) -> None:
    """Make the folder and those above it; each new name is on disk in the folder that holds it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder's list of names to disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
