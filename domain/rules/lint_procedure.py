"""体检 of the procedure: who decides, what is paired, how long a notice hangs, what has no effect."""

from collections.abc import Iterator
from typing import Final

from domain.rules.findings import Finding, refuse
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme, fits
from domain.values import hundredths

_NEEDED: Final = (
    "responsibility_sheet",
    "veto",
    "half_score",
    "year_total_and_grade",
    "exemption",
    "probation_outcome",
    "rule_change",
    "restatement",
)
"""What always needs exactly one approval chain, besides honours and deductions."""

_STAGES: Final = (
    "record_sheet",
    "honour",
    "deduction",
    "half_year",
    "year_end",
    "probation",
    "restatement",
    "rule_change",
)


def unknown_bodies(scheme: Scheme) -> Iterator[Finding]:
    """Every body that decides exists."""
    named = [
        (f"$.approval_chains[{index}].steps", step)
        for index, chain in enumerate(scheme.approval_chains)
        for step in chain.steps
    ]
    named += [
        ("$.bodies.without_committee", scheme.bodies.without_committee),
        ("$.bodies.below_min_voters", scheme.bodies.below_min_voters),
        ("$.veto_rules.registered_by", scheme.veto_rules.registered_by),
        ("$.objection.handler.from", scheme.objection.handler.source),
        ("$.objection.appeal_to", scheme.objection.appeal_to),
        ("$.correction.restatement.ordered_by", scheme.correction.restatement.ordered_by),
        ("$.completeness.escalate", scheme.completeness.escalate),
    ]
    for index, profile in enumerate(scheme.profiles):
        named += [(f"$.profiles[{index}].decided_by", body) for body in profile.decided_by]
    for path, code in named:
        if scheme.bodies.named(code) is None:
            yield refuse("unknown-body", path, f"没有机构“{code}”。", f"there is no body {code!r}")


def chains_missing_or_double(scheme: Scheme) -> Iterator[Finding]:
    """Whatever can be submitted meets exactly one approval chain."""
    for what, tier, amount in _submittable(scheme):
        found = sum(fits(chain, what, tier, amount) for chain in scheme.approval_chains)
        if found != 1:
            about = " ".join(str(part) for part in (what, tier, amount) if part is not None)
            zh = f"“{about}”有 {found} 条审定程序,应恰有一条。"
            en = f"{about!r} meets {found} approval chains, one is needed"
            yield refuse(
                "approval-chain-missing" if not found else "approval-chain-double",
                "$.approval_chains",
                zh,
                en,
            )


def _submittable(scheme: Scheme) -> Iterator[tuple[str, str | None, int | None]]:
    yield from ((what, None, None) for what in _NEEDED)
    tiers = {level.chain_tier: None for item in scheme.honour for level in item.levels}
    yield from (("honour", tier, None) for tier in tiers)
    negative = [hundredths(level.points) for item in scheme.negative for level in item.levels]
    short = [hundredths(level.points) for item in scheme.responsibility for level in item.shortfalls]
    for amount in sorted({*negative, *short}):
        yield "deduction_or_shortfall", None, amount


def pairs_that_do_not_fit(scheme: Scheme) -> Iterator[Finding]:
    """A pair names items that exist, and only a mode with a count to leave lets the deduction win."""
    negative = {item.code for item in scheme.negative}
    for index, pair in enumerate(scheme.counting.same_fact.pairs):
        path = f"$.counting.same_fact.pairs[{index}]"
        if pair.negative not in negative:
            zh, en = f"没有减分项“{pair.negative}”。", f"there is no deduction {pair.negative!r}"
            yield refuse("pair-unknown-item", f"{path}.negative", zh, en)
        for code in pair.responsibility:
            item = scheme.item(code)
            if not isinstance(item, ResponsibilityItem):
                zh, en = f"没有责任项“{code}”。", f"there is no responsibility item {code!r}"
                yield refuse("pair-unknown-item", f"{path}.responsibility", zh, en)
            elif item.mode == "earn" and pair.wins == "deduction":
                zh = f"{code} 按完成得分,没有可以退出的次数,减分须让位。"
                en = f"{code} counts by deed: there is no count to leave, so the deduction cannot win"
                yield refuse("pair-cannot-win", f"{path}.wins", zh, en)


def notices_too_short(scheme: Scheme) -> Iterator[Finding]:
    """Every stage is noticed, for the minimum at least, to an audience that exists."""
    for index, stage in enumerate(scheme.notice.stages):
        path = f"$.notice.stages[{index}]"
        if stage.days < scheme.notice.minimum_days:
            zh = f"“{stage.zh}”{stage.days} 个工作日,少于最低 {scheme.notice.minimum_days} 个。"
            en = f"{stage.en!r} lasts {stage.days} working days, the minimum is {scheme.notice.minimum_days}"
            yield refuse("notice-too-short", f"{path}.days", zh, en)
        if stage.audience not in scheme.notice.audiences:
            zh, en = f"没有公示范围“{stage.audience}”。", f"there is no audience {stage.audience!r}"
            yield refuse("unknown-audience", f"{path}.audience", zh, en)
    for code in _STAGES:
        if scheme.stage(code) is None:
            zh, en = f"缺少公示环节“{code}”。", f"the notice stage {code!r} is missing"
            yield refuse("stage-missing", "$.notice.stages", zh, en)


def settings_without_effect(scheme: Scheme) -> Iterator[Finding]:
    """A setting that would change points, but that this version does not evaluate, is refused, not ignored."""
    settings = [
        ("$.carry_over.fraction", hundredths(scheme.carry_over.fraction) != 0),
        ("$.local_items.allowed", scheme.local_items.allowed),
        (
            "$.local_items.max_points_per_category",
            hundredths(scheme.local_items.max_points_per_category) != 0,
        ),
    ]
    for index, period in enumerate(scheme.periods):
        settings.append((f"$.periods[{index}].base", period.base not in (None, "sum_of_halves")))
    for path, changed in settings:
        if changed:
            zh, en = (
                "该设置目前不参与计算,不能启用。",
                "nothing evaluates this setting, so it cannot be switched on",
            )
            yield refuse("setting-without-effect", path, zh, en)
