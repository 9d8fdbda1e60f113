"""体检 of values: ranges, conditions, measures, steps, groups, shared maxima, vetoes."""

from collections.abc import Iterator

from domain.rules.findings import Finding, refuse
from domain.rules.items import HonourItem, Level, ListItem, NegativeItem, ResponsibilityItem, VetoItem
from domain.rules.lint_items import located
from domain.rules.maxima import year_cap
from domain.rules.measuring import Cap
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS
from domain.values import hundredths


def ranges(scheme: Scheme) -> Iterator[Finding]:
    """A range goes up, and two ranges of one item do not meet: one act has one level."""
    for path, item in located(scheme):
        levels: tuple[Level, ...] = getattr(item, "levels", ())
        spans: list[tuple[int, int]] = []
        for index, level in enumerate(levels):
            if level.up_to is None:
                continue
            least, most = hundredths(level.points), hundredths(level.up_to)
            where = f"{path}.levels[{index}].up_to"
            if most <= least:
                zh = f"{item.code} 的档次“{level.zh}”上限 {level.up_to} 应高于下限 {level.points}。"
                en = f"{item.code}: the range of {level.en!r} must end above {level.points}"
                yield refuse("range-empty", where, zh, en)
            elif any(least <= high and low <= most for low, high in spans):
                zh, en = (
                    f"{item.code} 的档次“{level.zh}”分值区间与其他档次重叠。",
                    f"{item.code}: the range of {level.en!r} overlaps another",
                )
                yield refuse("levels-overlap", where, zh, en)
            spans.append((least, most))


def conditions(scheme: Scheme) -> Iterator[Finding]:
    """A condition changes the points: it multiplies, or adds."""
    for path, item in located(scheme):
        for index, one in enumerate(getattr(item, "conditions", ())):
            changes = hundredths(one.times or "1") != 100 or hundredths(one.plus or "0") != 0
            if not changes:
                zh, en = (
                    f"{item.code} 的条件“{one.zh}”既不加倍(times)也不加分(plus)。",
                    f"{item.code}: the condition {one.en!r} neither multiplies (times) nor adds (plus)",
                )
                yield refuse("condition-without-effect", f"{path}.conditions[{index}]", zh, en)


def measures(scheme: Scheme) -> Iterator[Finding]:
    """A measure divides by something and counts in steps that are larger than nothing."""
    for path, item in located(scheme):
        measure = None if isinstance(item, VetoItem) else item.measure
        if measure is None:
            continue
        for field, value in (("per", measure.per), ("step", measure.step), ("minimum", measure.minimum)):
            if value is not None and hundredths(value) == 0:
                zh, en = f"{item.code} 的 {field} 不能为 0。", f"{item.code}: {field} cannot be 0"
                yield refuse("measure-zero", f"{path}.measure.{field}", zh, en)
        if measure.rounding != "down" and measure.step is None:
            zh, en = (
                f"{item.code} 写了取整方式却没有步长 step。",
                f"{item.code}: a rounding without a step has no effect",
            )
            yield refuse("field-without-effect", f"{path}.measure.rounding", zh, en)


def steps(scheme: Scheme) -> Iterator[Finding]:
    """The steps of a threshold item go down, and each can be reached."""
    for index, item in enumerate(scheme.responsibility):
        path, cap = f"$.responsibility[{index}].steps", year_cap(scheme, item)
        if item.mode == "threshold" and not item.steps:
            zh, en = f"{item.code} 按标准得分,缺少 steps。", f"{item.code} counts by steps and has none"
            yield refuse("threshold-without-steps", path, zh, en)
        before: int | None = None
        for number, step in enumerate(item.steps):
            amount = hundredths(step.points)
            wrong = (step.at_least is None and step.share is None) or (before is not None and amount >= before)
            if wrong or (cap is not None and amount > cap):
                zh = f"{item.code} 第 {number + 1} 档须写 at_least 或 share,分值逐档递减且不超过上限。"
                en = f"{item.code}: step {number + 1} needs at_least or share, and points that fall and fit the cap"
                yield refuse("steps-wrong", f"{path}[{number}]", zh, en)
            before = amount


def groups(scheme: Scheme) -> Iterator[Finding]:
    """A place in a group gets a part that is larger than nothing."""
    for index, item in enumerate(scheme.honour):
        for number, one in enumerate(item.shares):
            if "/" not in one.share and hundredths(one.share) == 0:
                zh, en = f"{item.code} 的“{one.zh}”份额为 0。", f"{item.code}: the part of {one.en!r} is 0"
                yield refuse("share-zero", f"$.honour[{index}].shares[{number}].share", zh, en)


def shared_caps(scheme: Scheme) -> Iterator[Finding]:
    """A maximum bounds something that exists, over a stretch in which it can be counted."""
    codes = {category.code for category in scheme.categories}
    for index, cap in enumerate(scheme.caps):
        path = f"$.caps[{index}]"
        item = None if cap.item is None else scheme.item(cap.item)
        if (cap.item is not None and not isinstance(item, ResponsibilityItem | HonourItem | NegativeItem)) or (
            cap.category is not None and cap.category not in codes
        ):
            zh, en = (
                f"上限所指“{cap.item or cap.category}”不存在。",
                f"the cap names {cap.item or cap.category!r}, which does not exist",
            )
            yield refuse("cap-unknown", path, zh, en)
        elif _unclear(cap, item):
            zh = "上限须指明一个条目(item),或某清单(list)的类别(category),或清单,或全部。"
            en = "a cap bounds an item, or a category of a list, or a list, or everything"
            yield refuse("cap-unclear", path, zh, en)
        elif MONTHS[cap.per] < scheme.cycle_months and not _counted_by_day(cap, item):
            zh = f"上限按 {cap.per} 计,短于考评周期({scheme.cycle_months} 个月),无法计算。"
            en = f"a cap per {cap.per} is shorter than the cycle of {scheme.cycle_months} months: it cannot be counted"
            yield refuse("cap-finer-than-cycle", f"{path}.per", zh, en)


def _unclear(cap: Cap, item: ListItem | None) -> bool:
    if cap.item is not None:
        return cap.category is not None or (cap.of_list is not None and item is not None and item.kind != cap.of_list)
    return cap.category is not None and cap.of_list is None


def _counted_by_day(cap: Cap, item: ListItem | None) -> bool:
    """Whether single records are counted by their own month: honours, deductions, and deeds of one item."""
    if isinstance(item, ResponsibilityItem):
        return item.mode == "earn"
    return item is not None or cap.of_list in ("honour", "negative")


def outside_caps(scheme: Scheme) -> Iterator[Finding]:
    """An honour outside the cap goes through more hands than one of the same level inside it."""
    bounded = scheme.honour_rules.cap_year is not None or any(cap.of_list == "honour" for cap in scheme.caps)
    for index, item in enumerate(scheme.honour):
        capped = bounded or year_cap(scheme, item) is not None
        for number, level in enumerate(item.levels):
            if not level.outside_cap:
                continue
            path = f"$.honour[{index}].levels[{number}].outside_cap"
            inside, beyond = (
                scheme.chain("honour", tier=level.chain_tier, item=item.code, outside_cap=outside)
                for outside in (False, True)
            )
            if not capped:
                zh, en = (
                    f"{item.code} 没有封顶,谈不上封顶之外。",
                    f"{item.code}: nothing caps it, so nothing is outside",
                )
                yield refuse("field-without-effect", path, zh, en)
            elif beyond is not None and inside is not None and len(beyond.steps) <= len(inside.steps):
                zh = f"{item.code} 的“{level.zh}”不受封顶限制,审定程序须比封顶内更长。"
                en = f"{item.code}: {level.en!r} lies outside the cap and needs a longer approval chain than inside"
                yield refuse("outside-cap-chain", path, zh, en)


def vetoes(scheme: Scheme) -> Iterator[Finding]:
    """Each effect of a veto has the fields that it reads, and no other."""
    codes = {category.code for category in scheme.categories}
    for index, item in enumerate(scheme.veto):
        path = f"$.veto[{index}]"
        needed = {"to": item.effect == "grade_ceiling", "cat": item.zeroes == "category"}
        for field, is_needed in needed.items():
            if is_needed and getattr(item, field) is None:
                zh, en = f"{item.code} 缺少字段“{field}”。", f"{item.code}: the field {field!r} is missing"
                yield refuse("veto-incomplete", f"{path}.{field}", zh, en)
        idle = {**{field: not wanted for field, wanted in needed.items()}, "zeroes": item.effect != "zero"}
        for field, is_idle in idle.items():
            if is_idle and getattr(item, field) is not None:
                zh, en = (
                    f"{item.code} 的字段“{field}”在此效果下不起作用。",
                    f"{item.code}: nothing evaluates {field!r} with this effect",
                )
                yield refuse("field-without-effect", f"{path}.{field}", zh, en)
        if item.cat is not None and item.cat not in codes:
            zh, en = f"{item.code} 的类别“{item.cat}”不存在。", f"{item.code}: there is no category {item.cat!r}"
            yield refuse("unknown-category", f"{path}.cat", zh, en)
    if scheme.veto_rules.score == "unchanged" and any(item.effect == "zero" for item in scheme.veto):
        zh, en = (
            "有清零的条目,veto_rules.score 不能写“unchanged”。",
            "a veto empties the score, which is not left unchanged",
        )
        yield refuse("veto-score", "$.veto_rules.score", zh, en)
