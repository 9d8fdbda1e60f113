r"""Trust policy: which logs and witnesses are known, and how many of the witnesses must have cosigned.

    log points.example/log+530d903a+AekyeRrm…\n
    witness city city.example/w+b47acaaf+BLka…  https://city.example/witness\n    name, vkey, where to ask it
    witness bureau bureau.example/w+28e6cf02+BLc1…\n
    group both all city bureau\n                        all, any, or how many of its members
    quorum both\n                                       a witness, a group, or none

Lines that are empty or begin with `#` are not read. A name is defined before it is used, and is a member once.
Source: c2sp.org/tlog-policy.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from projections.transparency.note import COSIGNATURE, VerifierKey, parse_vkey
from projections.transparency.refusals import LogRefused, PolicyWrong

NONE = "none"

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[ \t]+")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Witness:
    """Who cosigns: the name used in this file, the key, and the submission prefix to ask, or nothing."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True)
class Group:
    """At least `least` of the members, witnesses or groups, must have cosigned."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass
class Policy:
    """What a policy file says; `quorum` is the name of a witness or group, or `none`."""

    logs: list[VerifierKey] = field(default_factory=list[VerifierKey])
    witnesses: dict[str, Witness] = field(default_factory=dict[str, Witness])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    quorum: str = ""

    @property
    def keys(self) -> list[VerifierKey]:
        """Keys of all witnesses, in the order of the file."""
        return [witness.key for witness in self.witnesses.values()]

    def satisfied(self, cosigned: Collection[VerifierKey]) -> bool:
        """Whether the cosignatures of these keys are enough."""
        return self.quorum == NONE or self._witnessed(self.quorum, cosigned)

    def _witnessed(self, name: str, cosigned: Collection[VerifierKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in cosigned
        group = self.groups[name]
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.least


def parse_policy(data: bytes) -> Policy:
    """Return what the file says, or `PolicyWrong` with the number of the line."""
    if _CONTROL.search(data):
        raise PolicyWrong("control character")
    policy, used = Policy(), set[str]()
    # Names are opaque bytes to the format: what is not UTF-8 is kept apart all the same.
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = _SPACES.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        take = _LINES.get(words[0])
        if take is None:
            raise PolicyWrong(f"line {number}: {words[0]}")
        try:
            take(policy, used, words[1:])
        except (ValueError, LogRefused) as problem:
            raise PolicyWrong(f"line {number}: {problem}") from problem
    if not policy.quorum:
        raise PolicyWrong("quorum")
    return policy


def _log(policy: Policy, used: set[str], words: list[str]) -> None:
    vkey, *_ = _between(words, 1, 2)
    key = parse_vkey(vkey)
    if key.public_key in [each.public_key for each in policy.logs]:
        raise ValueError("this log stands twice")
    policy.logs.append(key)


def _witness(policy: Policy, used: set[str], words: list[str]) -> None:
    name, vkey, *url = _between(words, 2, 3)
    key = parse_vkey(vkey, COSIGNATURE)
    if key.public_key in [each.public_key for each in policy.keys]:
        raise ValueError("this witness stands twice")
    policy.witnesses[_new(policy, name)] = Witness(name, key, *url)


def _group(policy: Policy, used: set[str], words: list[str]) -> None:
    name, least, *members = _between(words, 3, 1000)
    for member in members:
        if member in used or not _known(policy, member):
            raise ValueError(member)
        used.add(member)
    count = {"any": "1", "all": str(len(members))}.get(least, least)
    if not _COUNT.fullmatch(count) or int(count) > len(members):
        raise ValueError(least)
    policy.groups[_new(policy, name)] = Group(name, int(count), tuple(members))


def _quorum(policy: Policy, used: set[str], words: list[str]) -> None:
    (name,) = _between(words, 1, 1)
    if policy.quorum or (name != NONE and not _known(policy, name)):
        raise ValueError(name)
    policy.quorum = name


_LINES: dict[str, Callable[[Policy, set[str], list[str]], None]] = {
    "log": _log,
    "witness": _witness,
    "group": _group,
    "quorum": _quorum,
}


def _between(words: list[str], least: int, most: int) -> list[str]:
    if not least <= len(words) <= most:
        raise ValueError(f"{len(words)} words")
    return words


def _known(policy: Policy, name: str) -> bool:
    return name in policy.witnesses or name in policy.groups


def _new(policy: Policy, name: str) -> str:
    if name == NONE or _known(policy, name):
        raise ValueError(name)
    return name
