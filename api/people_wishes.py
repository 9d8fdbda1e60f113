"""What a client sends about people over time: transfers, leave, exemption, stand-ins, changes of an organisation."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta
from starlette.datastructures import FormData

from api.wishes import ApproveWish, Told, Wish, filled, last
from domain.organisation.appointments import Role
from domain.organisation.describing import Disability, Sex
from domain.organisation.member import LeaveKind
from domain.organisation.unit import ApprovalBody
from domain.values import Code, MemberId, Reference, Sha256, Title


class RenameWish(Wish, frozen=True, kw_only=True):
    """The new name, and from which day."""

    title: Title
    from_on: date


class MoveWish(Wish, frozen=True, kw_only=True):
    """Below which organisation, and from which day."""

    parent: Code
    from_on: date


class BodyWish(Wish, frozen=True, kw_only=True):
    """Who decides its sheets."""

    approval_body: ApprovalBody


class LastDayWish(Wish, frozen=True, kw_only=True):
    """The last day, included."""

    last_on: date


class HandOverWish(Wish, frozen=True, kw_only=True):
    """An office, who has it, who takes it, and from which day."""

    role: Role
    person: MemberId
    successor: MemberId
    from_on: date
    until_on: date | None = None


class SubstituteWish(Wish, frozen=True, kw_only=True):
    """Who acts in whose office, on which days."""

    role: Role
    person: MemberId
    stands_for: MemberId
    from_on: date
    until_on: date


class DelegateWish(Wish, frozen=True, kw_only=True):
    """Who acts in my office, on which days."""

    person: MemberId
    from_on: date
    until_on: date


class TransferWish(Wish, frozen=True, kw_only=True):
    """Where to, and the first day there."""

    to_unit: Code
    from_on: date


class ProfileWish(Wish, frozen=True, kw_only=True):
    """Which class, and from which day."""

    profile: Code
    from_on: date


class TraitsWish(Wish, frozen=True, kw_only=True):
    """What is said of a person for fairness figures, as far as it is; it goes to the vault."""

    born: Annotated[int, Meta(ge=1900, le=2099)] | None = None
    sex: Sex | None = None
    disability: Disability | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """What was left empty is not said."""
        said = filled(form, "born", "sex", "disability")
        born = said.get("born", "")
        return {**said, "born": int(born)} if born.isdigit() else dict(said)


class EndingWish(Wish, frozen=True, kw_only=True):
    """The last day of a membership, and why; the reason goes to the vault."""

    last_on: date
    reason: Told


class LeaveWish(Wish, frozen=True, kw_only=True):
    """Of which kind, and on which days; no reason is asked for."""

    kind: LeaveKind
    from_on: date
    until_on: date


class ShortenWish(Wish, frozen=True, kw_only=True):
    """Which leave, by its first day, and the last day of it."""

    from_on: date
    last_on: date


class ExemptionWish(Wish, frozen=True, kw_only=True):
    """From which day, on which ground of the rule set, and in one's own words; both go to the vault."""

    from_on: date
    ground: Code
    reason: Told


class ExemptionDecisionWish(Wish, frozen=True, kw_only=True):
    """What the body decided: its minute, who was present, who of them was not in favour."""

    grant: bool
    minute: Reference
    minute_sha256: Sha256
    present: Annotated[tuple[MemberId, ...], Meta(max_length=1000)]
    not_in_favour: Annotated[tuple[MemberId, ...], Meta(max_length=1000)] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {"grant": last(form, "grant"), **await ApproveWish.from_form(form)}
