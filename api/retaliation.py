"""报复标记 — how an act is named to the vault: ids and salts drawn from the vault's key, as an objection's are."""

from uuid import UUID

from api.asked import Asked
from api.house import House
from api.objecting import drawn
from domain.objection.retaliation import About, Act, read_about
from domain.sealed import Secret
from domain.values import Code, MemberId, ObjectionId
from projections import retaliations
from projections.answers import AsyncConnection


def flag_of(house: House, objection: ObjectionId, act: UUID) -> UUID:
    """The one flag of an act after an objection; nobody without the vault's key can tell which it is."""
    return drawn(house, f"flag/{objection}", f"{act}").objection


def about(house: House, unit: Code, objection: ObjectionId, act: Act) -> Secret:
    """What a flag is about, sealed alike by every repeat, because its commitment is the actor of the wish."""
    made = drawn(house, f"flag/{objection}", f"{act.id}")
    said = About(unit=unit, objection=objection, act=act)
    return Secret(subject=made.objection, name="about", value=said.text, salt=made.salt)


def reason(asked: Asked, about: Secret, why: str) -> Secret:
    """Why, under the flag's own key."""
    return asked.secret(about.subject, "reason", why)


async def flags_against(asked: Asked, connection: AsyncConnection, member: MemberId) -> tuple[UUID, ...]:
    """The flags of what was done to a person, as far as the vault can still tell: for himself alone."""
    found = (await retaliations.all_flags(connection)).value
    opened = await asked.house.vault.values([one.about for one in found])
    return tuple(
        one.flag for one in found if one.about in opened and read_about(opened[one.about]).act.subject == member
    )


def act_of(done: retaliations.Done, subject: MemberId) -> Act:
    """An act as it is sealed."""
    counted_on = done.day if done.kind == "veto" else None
    return Act(kind=done.kind, id=done.id, subject=subject, counted_on=counted_on)
