"""Names: the pseudonyms of a page, opened from the vault for whoever may see that page.

Here a program's look at a list is counted: who is named is looked at, whichever route names him.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from api.asked import Asked
from api.purpose import look_at, look_at_case
from domain.values import Code, MemberId, Sha256
from projections import organisation
from projections.answers import AsyncConnection


class Names:
    """Pseudonym → name. A name whose key was destroyed is gone, and said to be."""

    def __init__(self, known: Mapping[MemberId, str], gone: str) -> None:
        self._known = known
        self._gone = gone

    def __call__(self, member: MemberId) -> str:
        """The name of a person."""
        return self._known.get(member, self._gone)

    def of(self, members: Iterable[MemberId]) -> tuple[str, ...]:
        """The names of several persons, in their order."""
        return tuple(self(member) for member in members)


async def names_of(
    asked: Asked,
    connection: AsyncConnection,
    people: Iterable[MemberId | None],
    *,
    unit: Code | None = None,
    day: date | None = None,
) -> Names:
    """The names of everybody that a page mentions; ``unit`` and ``day`` name the roster on which most of them stand."""
    wanted = {person for person in people if person is not None}
    if asked.subject is not None and wanted == {asked.subject.member}:
        await look_at(asked, wanted, "name")
        return Names({asked.subject.member: subject_name(asked)}, asked.words("name.gone"))
    # Whom the address names was looked up already, to see what the reader may.
    subject = asked.subject
    commitments: dict[MemberId, Sha256] = (
        {subject.member: subject.name} if subject is not None and subject.member in wanted else {}
    )
    if unit is not None and wanted - commitments.keys():
        roster = await organisation.members_of(connection, unit, day or asked.today)
        commitments |= {one.member: one.name for one in roster.value if one.member in wanted}
    if unknown := wanted - commitments.keys():
        commitments |= await organisation.sealed_names(connection, unknown)
    return await opened(asked, commitments.items())


def subject_name(asked: Asked) -> str:
    """The name of whom the address names: it came, sealed, with whoever asks."""
    sealed = None if asked.arrived is None else asked.arrived.name
    if sealed is None:
        return asked.words("name.gone")
    return asked.house.vault.reveal(sealed.commitment, sealed.subject, sealed.box, sealed.wrapped)


async def opened(asked: Asked, sealed: Iterable[tuple[MemberId, Sha256]]) -> Names:
    """The names of people whose commitments are known."""
    commitments = dict(sealed)
    await look_at(asked, commitments, "name")
    return await _revealed(asked, commitments)


async def name_in_case(asked: Asked, connection: AsyncConnection, person: MemberId, case: UUID) -> str:
    """The name of whom a case conceals from all but its reader: what is written of the look names the case alone."""
    await look_at_case(asked, case, "name")
    return (await _revealed(asked, await organisation.sealed_names(connection, [person])))(person)


async def _revealed(asked: Asked, commitments: Mapping[MemberId, Sha256]) -> Names:
    values: Mapping[Sha256, str] = await asked.house.vault.values(tuple(commitments.values())) if commitments else {}
    known = {person: values[name] for person, name in commitments.items() if name in values}
    return Names(known, asked.words("name.gone"))
