"""What the rules say of being heard: statement, objection, appeal, and what a notice shows of a person."""

from typing import Literal

from domain.rules.demands import Wrong
from domain.rules.scheme import Scheme
from domain.values import hundredths

_FORMS = {"page": "网页", "paper": "书面", "oral": "口头"}


def objection_wrongs(scheme: Scheme, *, form: str, target: str, names_himself: bool) -> list[Wrong]:
    """What keeps words of dissent from being an objection; without a name they are kept as information."""
    rule = scheme.objection
    found: list[Wrong] = []
    if form not in rule.forms:
        allowed = "、".join(_FORMS[one] for one in rule.forms)
        en = f"objections are taken by {', '.join(rule.forms)}"
        found.append(Wrong("objection-form", f"异议可用以下方式提出:{allowed}。", en))
    if target not in rule.targets:
        en = f"an objection is about one of {', '.join(rule.targets)}"
        found.append(Wrong("objection-target", f"异议对象应为:{'、'.join(rule.targets)}。", en))
    if rule.real_name and not names_himself:
        zh, en = "匿名反映作为线索留存,不中止公示。", "without a name it is kept as information and suspends nothing"
        found.append(Wrong("objection-anonymous", zh, en))
    return found


def may_appeal(scheme: Scheme, who: Literal["objector", "subject"], appeals_before: int) -> bool:
    """Whether somebody may still ask the body above to decide."""
    return who in scheme.objection.appeal_by and appeals_before < scheme.objection.appeals


def feedback_to(scheme: Scheme) -> tuple[Literal["objector", "subject", "branch"], ...]:
    """Who gets the reply to an objection."""
    return scheme.objection.feedback_to


def counts_as_delivered(scheme: Scheme, way: str) -> bool:
    """Whether a notification brought this way has been delivered, so that the statement's term begins."""
    return way in scheme.statement.delivery


def deduction_is_public(scheme: Scheme, points: int) -> bool:
    """Whether a deduction of so many hundredths is shown beyond the branch."""
    least = scheme.notice.public_deduction_lines_from_points
    return least is not None and points >= hundredths(least)


def shown_in(scheme: Scheme, edition: Literal["branch", "public"]) -> tuple[str, ...]:
    """What an edition of a notice shows of a person."""
    return scheme.notice.editions.branch if edition == "branch" else scheme.notice.editions.public


def names_go(scheme: Scheme) -> bool:
    """Whether the names leave the page when the term is over."""
    return scheme.notice.names_removed_after_term


def handler_from(scheme: Scheme) -> str:
    """The body whose people look into an objection."""
    return scheme.objection.handler.source


def appeal_to(scheme: Scheme) -> str:
    """The body that decides an appeal."""
    return scheme.objection.appeal_to


def escalates_to(scheme: Scheme) -> str:
    """The body to which a claim goes that nobody answers in its term."""
    return scheme.completeness.escalate
