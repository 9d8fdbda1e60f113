"""`verify.py` as it is handed out: one file that holds the verifier and the modules by which the service counts.

The modules stand behind the program, each line of them as a comment, unaltered but for the two characters before it::

    #= domain/values.py
    #|SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

Nothing is translated and nothing is kept beside the sources, so the file cannot fall behind them.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from projections.transparency import verify
from projections.transparency.offline import own, replay, structs

HOUSE: Final = Path(replay.__file__).parents[3]
IMPORTED: Final = re.compile(r"^from (domain[a-z_.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
NAMED: Final = re.compile(r"[a-z_]+")
NAME: Final = "#= "
LINE: Final = "#|"
FIRST: Final = {
    "msgspec": Path(structs.__file__),
    "projections": HOUSE / "projections/__init__.py",
    "projections.transparency": HOUSE / "projections/transparency/__init__.py",
    "projections.transparency.offline": HOUSE / "projections/transparency/offline/__init__.py",
    replay.__name__: Path(replay.__file__),
    own.__name__: Path(own.__file__),
}


@cache
def verifier() -> bytes:
    """The bytes of the one file."""
    said = [Path(verify.__file__).read_text(encoding="utf-8").rstrip("\n"), ""]
    for name, path in sorted(_carried().items()):
        said.append(f"{NAME}{name}")
        said += [LINE + line for line in path.read_text(encoding="utf-8").splitlines()]
    return "\n".join(said).encode() + b"\n"


def verifier_sha256() -> str:
    """SHA-256 of it in hexadecimal: what is published outside the folder."""
    return hashlib.sha256(verifier()).hexdigest()


def _carried() -> dict[str, Path]:
    """Module → file, of everything that counting again needs."""
    found: dict[str, Path] = dict(FIRST)
    wanted = [module for name in (replay.__name__, own.__name__) for module in _imported(FIRST[name])]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _file(name)
            wanted += _imported(found[name])
    return found


def _file(module: str) -> Path:
    path = HOUSE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imported(path: Path) -> Iterator[str]:
    """The modules of the house that a module imports, and the packages that they lie in."""
    for found in IMPORTED.finditer(path.read_text(encoding="utf-8")):
        module, names = found.groups()
        parts = module.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
        yield from (one for name in NAMED.findall(names) if _file(one := f"{module}.{name}").is_file())
