"""Who acts: a person in a role for a unit at that time, a sealed person, or the system itself."""

from uuid import UUID

import msgspec

from domain.values import Code, Sha256


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Exactly one of three shapes.

    ``{"person","role","unit"}`` is a person in the role he held at that time; ``{"sealed": commitment}``
    a person whose identity is protected; ``{"system": name}`` a process of the service.
    """

    person: UUID | None = None
    role: Code | None = None
    unit: Code | None = None
    sealed: Sha256 | None = None
    system: Code | None = None

    def __post_init__(self) -> None:
        named = self.person is not None and self.role is not None and self.unit is not None
        partly = self.person is not None or self.role is not None or self.unit is not None
        shapes = [named, self.sealed is not None, self.system is not None]
        if sum(shapes) != 1 or (partly and not named):
            raise ValueError("an actor is a person with role and unit, or sealed, or the system")


def person(person: UUID, role: Code, unit: Code) -> Actor:
    """A natural person who acts in a role for a unit."""
    return Actor(person=person, role=role, unit=unit)


def system(name: Code) -> Actor:
    """The service itself: ``process`` for process managers, ``installation`` for setting up a log."""
    return Actor(system=name)
