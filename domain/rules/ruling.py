"""适用办法 — the rule set as it holds in one organisation: the central one, and what it and those above it have added.

An item of another unit, or one that is asked no more, keeps its price: a record of it is never unknown.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from domain.decider import Past
from domain.organisation.unit import established, higher_than
from domain.rules.local import joined
from domain.rules.refinement import LocalItem, added, digest_with
from domain.rules.ruleset import RULES, NoRuleInForce, RuleSets, Version
from domain.rules.scheme import Scheme
from domain.values import Code

KEPT: Final = 1_000
_JOINED: Final[dict[tuple[str, ...], Scheme]] = {}
"""Made once for each version and what was added to it: the digests say what they are."""


def scheme_with(scheme: Scheme, digest: str, items: Sequence[LocalItem]) -> Scheme:
    """A version together with local items; the version itself where there are none."""
    if not items:
        return scheme
    key = digest, *(one.digest for one in items)
    if key not in _JOINED:
        if len(_JOINED) >= KEPT:
            _JOINED.clear()
        _JOINED[key] = joined(scheme, added(scheme.id, scheme.version, "", items))
    return _JOINED[key]


def asked_in(items: Iterable[LocalItem], version: str, path: Sequence[str], day: date) -> list[LocalItem]:
    """The local items of a version that hold on a day for an organisation; ``path`` is itself and those above."""
    return [one for one in items if one.version == version and one.unit in path and one.holds(day)]


def priced(scheme: Scheme, version: str, items: Iterable[LocalItem]) -> list[LocalItem]:
    """Every local item that ever held and that no item of a version hides, those of this version first."""
    ever = [one for one in items if one.effective_on is not None]
    found: dict[str, LocalItem] = {}
    for one in (*(i for i in ever if i.version == version), *(i for i in ever if i.version != version)):
        if scheme.item(one.code) is None:
            found.setdefault(one.code, one)
    return list(found.values())


class RulesHere(RuleSets, frozen=True, kw_only=True):
    """The versions of a scheme as they hold in one organisation; each with all that was ever asked under it."""

    central: RuleSets
    path: tuple[str, ...]
    """The organisation and those above it."""

    def in_force(self, day: date) -> Version | None:
        """The one version in force here on a day: the central one and what is asked here on that day."""
        return self._as_asked(self.central.in_force(day), day)

    def asked(self, version: str, day: date) -> Version | None:
        """The version of this name with what is asked here beside it on a day."""
        return self._as_asked(self.central.find(version), day)

    def _as_asked(self, found: Version | None, day: date) -> Version | None:
        if found is None or found.scheme is None:
            return found
        own = asked_in(self.central.local, found.version, self.path, day)
        every = priced(found.scheme, found.version, self.central.local)
        return msgspec.structs.replace(
            found,
            scheme=scheme_with(found.scheme, found.digest, own),
            digest=digest_with(found.digest, own),
            priced=scheme_with(found.scheme, found.digest, every),
            priced_digest=digest_with(found.digest, every),
        )


def rules_here(past: Past, unit: Code) -> RuleSets:
    """The versions of an organisation's scheme as they hold in it; the central ones where nobody adds anything."""
    central = past[RULES.of(established(past, unit).scheme)]
    if not any(one.effective_on is not None for one in central.local):
        return central
    path = (unit, *higher_than(past, unit))
    return RulesHere(versions=tuple(_with_every(one, central) for one in central.versions), central=central, path=path)


def _with_every(version: Version, central: RuleSets) -> Version:
    if version.scheme is None:
        return version
    every = priced(version.scheme, version.version, central.local)
    return msgspec.structs.replace(
        version,
        scheme=scheme_with(version.scheme, version.digest, every),
        digest=digest_with(version.digest, every),
    )


def scheme_here(past: Past, unit: Code, day: date) -> tuple[str, Scheme]:
    """(version, content) of the rule set in force in an organisation on a day, or a refusal."""
    found = rules_here(past, unit).in_force(day)
    if found is None or found.scheme is None:
        raise NoRuleInForce(scheme=established(past, unit).scheme, day=day)
    return found.version, found.scheme
