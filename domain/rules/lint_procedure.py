"""体检 of the procedure: who decides, what is paired, how long a notice hangs, what has no effect."""

from collections.abc import Iterator

from domain.rules.approving import Sought, chains_for
from domain.rules.findings import Finding, refuse
from domain.rules.items import ResponsibilityItem
from domain.rules.lint_items import located
from domain.rules.scheme import Scheme, months_of
from domain.values import hundredths


def _needed(scheme: Scheme) -> Iterator[Sought]:
    """What needs exactly one approval chain, besides honours and deductions: what this rule set can bring about."""
    wanted = {
        "responsibility_sheet": bool(scheme.responsibility),
        "veto": bool(scheme.veto),
        "half_score": any(period.result != "total" for period in scheme.periods),
        "year_total_and_grade": any(period.result == "total" for period in scheme.periods),
        "exemption": any(profile.grounds for profile in scheme.profiles),
        "probation_outcome": _has_probation(scheme),
        "rule_change": True,
        "restatement": True,
    }
    yield from (Sought(what) for what, is_wanted in wanted.items() if is_wanted)


def _stages(scheme: Scheme) -> Iterator[str]:
    """The stages that this rule set needs: one for each thing that can be noticed."""
    wanted = {
        "record_sheet": bool(scheme.responsibility),
        "honour": bool(scheme.honour),
        "deduction": bool(scheme.negative) or any(item.shortfalls for item in scheme.responsibility),
        "half_year": any(period.result != "total" for period in scheme.periods),
        "year_end": any(period.result == "total" for period in scheme.periods),
        "probation": _has_probation(scheme),
        "restatement": True,
        "rule_change": True,
    }
    yield from (stage for stage, is_wanted in wanted.items() if is_wanted)


def _has_probation(scheme: Scheme) -> bool:
    return any("probation" in profile.code or "预备" in profile.zh for profile in scheme.profiles)


def unknown_bodies(scheme: Scheme) -> Iterator[Finding]:
    """Every body that decides exists."""
    named = [
        (f"$.approval_chains[{index}].steps", step)
        for index, chain in enumerate(scheme.approval_chains)
        for step in chain.steps
    ]
    named += [
        ("$.veto_rules.registered_by", scheme.veto_rules.registered_by),
        ("$.objection.handler.from", scheme.objection.handler.source),
        ("$.objection.appeal_to", scheme.objection.appeal_to),
        ("$.completeness.escalate", scheme.completeness.escalate),
    ]
    for index, profile in enumerate(scheme.profiles):
        named += [(f"$.profiles[{index}].decided_by", body) for body in profile.decided_by]
    for path, code in named:
        if scheme.bodies.named(code) is None:
            yield refuse("unknown-body", path, f"没有机构“{code}”。", f"there is no body {code!r}")


def chains_missing_or_double(scheme: Scheme) -> Iterator[Finding]:
    """Whatever can be submitted meets exactly one approval chain."""
    for sought in _submittable(scheme):
        found = len(chains_for(scheme.approval_chains, sought))
        if found != 1:
            about = " ".join(str(part) for part in (sought.what, sought.tier, sought.points) if part is not None)
            zh = f"“{about}”有 {found} 条审定程序,应恰有一条。"
            en = f"{about!r} meets {found} approval chains, one is needed"
            yield refuse(
                "approval-chain-missing" if not found else "approval-chain-double",
                "$.approval_chains",
                zh,
                en,
            )


def _submittable(scheme: Scheme) -> Iterator[Sought]:
    yield from _needed(scheme)
    named = {item for chain in scheme.approval_chains for item in chain.items}
    honours = {
        (level.chain_tier, level.outside_cap, hundredths(level.points), item.code if item.code in named else None): None
        for item in scheme.honour
        for level in item.levels
    }
    by_points = any(
        chain.points_below or chain.points_from for chain in scheme.approval_chains if chain.what == "honour"
    )
    asked = {
        Sought("honour", tier, amount if by_points else None, item, outside): None
        for tier, outside, amount, item in honours
    }
    yield from asked
    negative = {
        (hundredths(level.points), item.code if item.code in named else None)
        for item in scheme.negative
        for level in item.levels
    }
    short = {
        (hundredths(level.points), item.code if item.code in named else None)
        for item in scheme.responsibility
        for level in item.shortfalls
    }
    for amount, item in sorted(negative | short, key=str):
        yield Sought("deduction_or_shortfall", None, amount, item)


def sources(scheme: Scheme) -> Iterator[Finding]:
    """Departments and chains name items that exist; a department that may declare has something to declare."""
    for index, source in enumerate(scheme.sources):
        yield from _unknown_items(scheme, f"$.sources[{index}].items", source.items)
    for index, chain in enumerate(scheme.approval_chains):
        yield from _unknown_items(scheme, f"$.approval_chains[{index}].items", chain.items)
    kept = {item for source in scheme.sources for item in source.items}
    for path, item in located(scheme):
        if "source" in item.declared_by and item.code not in kept:
            zh = f"{item.code} 由牵头部门申报,但 sources 中没有部门负责它。"
            en = f"{item.code} is declared by a department, and none of `sources` keeps it"
            yield refuse("source-missing", f"{path}.declared_by", zh, en)


def _unknown_items(scheme: Scheme, path: str, codes: tuple[str, ...]) -> Iterator[Finding]:
    for code in codes:
        if scheme.item(code) is None:
            yield refuse("unknown-item", path, f"没有条目“{code}”。", f"there is no item {code!r}")


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
            zh = f"“{stage.zh}”{stage.days} 天,少于最低 {scheme.notice.minimum_days} 天。"
            en = f"{stage.en!r} lasts {stage.days} days, the minimum is {scheme.notice.minimum_days}"
            yield refuse("notice-too-short", f"{path}.days", zh, en)
        if stage.audience not in scheme.notice.audiences:
            zh, en = f"没有公示范围“{stage.audience}”。", f"there is no audience {stage.audience!r}"
            yield refuse("unknown-audience", f"{path}.audience", zh, en)
    for code in _stages(scheme):
        if scheme.stage(code) is None:
            zh, en = f"缺少公示环节“{code}”。", f"the notice stage {code!r} is missing"
            yield refuse("stage-missing", "$.notice.stages", zh, en)


def settings_without_effect(scheme: Scheme) -> Iterator[Finding]:
    """A setting that would change points, but that nothing evaluates, is refused, not ignored."""
    local, carried = scheme.local_items, scheme.carry_over
    most = hundredths(local.max_points_per_category)
    settings = [
        ("$.carry_over.most", carried.most is not None and hundredths(carried.fraction) == 0),
        ("$.local_items.max_points_per_category", (most != 0) != local.allowed),
        (
            "$.appraisal.scope",
            scheme.appraisal.scope != "overall" and not any(period.appraisal for period in scheme.periods),
        ),
        ("$.local_items.max_points_total", local.max_points_total is not None and not local.allowed),
    ]
    for index, period in enumerate(scheme.periods):
        # A period that no shorter one lies in has nothing to be made of.
        shortest = months_of(period) == scheme.cycle_months
        settings.append((f"$.periods[{index}].base", shortest and period.base not in (None, "sum_of_halves")))
    for path, changed in settings:
        if changed:
            zh, en = (
                "该设置目前不参与计算,不能启用。",
                "nothing evaluates this setting, so it cannot be switched on",
            )
            yield refuse("setting-without-effect", path, zh, en)


def bases(scheme: Scheme) -> Iterator[Finding]:
    """A period's base is made in one of the ways that the rule set leaves open, where it names them."""
    for index, period in enumerate(scheme.periods):
        if period.base_options and (period.base or "sum_of_halves") not in period.base_options:
            yield refuse(
                "base-not-an-option",
                f"$.periods[{index}].base",
                f"“{period.zh}”的基础分算法不在 base_options 所列之内。",
                f"the base of {period.en!r} is none of its base_options",
            )
