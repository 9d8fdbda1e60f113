"""体检 of the categories: the tree, the weights, and what the items come to."""

from collections.abc import Iterator
from typing import Final

from domain.rules.findings import Finding, refuse, warn
from domain.rules.items import ResponsibilityItem
from domain.rules.maxima import categories_asked, year_cap
from domain.rules.scheme import Scheme
from domain.values import hundredths, points

_LEVELS: Final = 3


def tree(scheme: Scheme) -> Iterator[Finding]:
    """Categories stand under categories that exist, at most three levels deep, and items at the ends."""
    codes = {category.code for category in scheme.categories}
    holding = {category.parent for category in scheme.categories}
    for index, category in enumerate(scheme.categories):
        path = f"$.categories[{index}].parent"
        if category.parent is not None and category.parent not in codes:
            zh, en = f"没有上级类别“{category.parent}”。", f"there is no category {category.parent!r}"
            yield refuse("unknown-category", path, zh, en)
        elif len(scheme.path_of(category.code)) > _LEVELS or _turns_back(scheme, category.code):
            zh, en = (
                f"“{category.zh}”超过三级或自成循环。",
                f"{category.en!r} lies deeper than three levels, or in a loop",
            )
            yield refuse("tree-too-deep", path, zh, en)
    for index, item in enumerate(scheme.responsibility):
        if item.cat in holding:
            zh = f"{item.code} 须归入末级类别,“{item.cat}”下还有类别。"
            en = f"{item.code}: {item.cat!r} holds other categories, items stand in the lowest ones"
            yield refuse("item-not-in-lowest", f"$.responsibility[{index}].cat", zh, en)


def _turns_back(scheme: Scheme, code: str) -> bool:
    last = scheme.path_of(code)[-1]
    return any(category.code == last and category.parent is not None for category in scheme.categories)


def weights(scheme: Scheme) -> Iterator[Finding]:
    """The weights at the top of the tree, with what everybody begins with, make up the whole base."""
    roots = [category for category in scheme.categories if category.parent is None]
    known = [hundredths(category.weight) for category in roots if category.weight is not None]
    base = hundredths(scheme.scale.base_max)
    asked = categories_asked(scheme)
    from_full = scheme.scale.start == "from_full"
    begins = hundredths(scheme.scale.base or "0")
    counted = sum(known) + (0 if from_full else begins)
    if from_full and not known:
        return
    # What everybody begins with, where all begin from zero, is a finding of its own.
    idle = scheme.scale.start == "from_zero" and (not asked or begins)
    if len(known) == len(roots) and counted != base and not idle:
        yield refuse(
            "weights-not-base",
            "$.categories",
            f"各类权重之和 {points(counted)} 不等于基础分 {points(base)}{'(含起始分)' if begins else ''}。",
            f"the weights add up to {points(counted)}, the base is {points(base)}",
        )
    yield from _parents(scheme)


def ballots(scheme: Scheme) -> Iterator[Finding]:
    """Where a ballot asks about each category, the weights at the top of the tree make one mean of theirs."""
    if scheme.appraisal.scope == "overall":
        return
    if not any(hundredths(category.weight or "0") for category in scheme.ballot):
        zh, en = "分类评议须有一级类别及其权重。", "ballots by category need categories with weights"
        yield refuse("ballot-without-weights", "$.appraisal.scope", zh, en)
    for index, category in enumerate(scheme.categories):
        if category in scheme.ballot and category.weight is None:
            zh = f"“{category.zh}”没有权重,分类评议无法合成总评。"
            en = f"{category.en!r} has no weight: its marks would count for nothing in the whole"
            yield refuse("ballot-without-weights", f"$.categories[{index}].weight", zh, en)


def _parents(scheme: Scheme) -> Iterator[Finding]:
    for index, category in enumerate(scheme.categories):
        below = [one.weight for one in scheme.categories if one.parent == category.code]
        if not below or category.weight is None or any(weight is None for weight in below):
            continue
        together, weight = sum(hundredths(one or "0") for one in below), hundredths(category.weight)
        if together < weight or (together > weight and not category.capped):
            yield refuse(
                "weights-not-parent",
                f"$.categories[{index}].weight",
                f"“{category.zh}”下级权重之和 {points(together)} 与其权重 {points(weight)} 不符(超出时须写 capped)。",
                f"below {category.en!r} the weights add up to {points(together)}, its own is {points(weight)}: "
                "equal, or more where it is capped",
            )


def caps_of_categories(scheme: Scheme) -> Iterator[Finding]:
    """The caps of a category's items make up its weight, for every class of members; more only where it is capped."""
    classes: list[str | None] = [None]
    if any(item.profiles for item in scheme.responsibility):
        classes = [profile.code for profile in scheme.profiles if profile.components.ledger is not None]
    for index, category in enumerate(scheme.categories):
        for profile in classes:
            own = [item for item in scheme.responsibility if item.cat == category.code and _asked(item, profile)]
            finding = _against_weight(scheme, index, own)
            if finding is not None:
                yield finding
                break


def _asked(item: ResponsibilityItem, profile: str | None) -> bool:
    return profile is None or not item.profiles or profile in item.profiles


def _against_weight(scheme: Scheme, index: int, own: list[ResponsibilityItem]) -> Finding | None:
    category = scheme.categories[index]
    holds = any(one.parent == category.code for one in scheme.categories)
    if category.weight is None or holds or (not own and scheme.scale.start != "per_item"):
        return None
    if not own and any(item.cat == category.code for item in scheme.responsibility):
        return None  # not asked of this class at all
    caps = [year_cap(scheme, item) for item in own]
    if any(cap is None and item.mode != "earn" for item, cap in zip(own, caps, strict=True)):
        return None  # a cap that is missing is a finding of its own
    known, weight = sum(cap for cap in caps if cap is not None), hundredths(category.weight)
    enough = known == weight and None not in caps
    if enough or (category.capped and (known >= weight or None in caps)):
        return None
    return refuse(
        "caps-not-weight",
        f"$.categories[{index}].weight",
        f"“{category.zh}”各项全年上限之和 {points(known)} 不等于权重 {points(weight)}(可超出时写 capped)。",
        f"the yearly caps of {category.en!r} add up to {points(known)}, its weight is {points(weight)}: "
        "equal, or more where it is capped",
    )


def halves(scheme: Scheme) -> Iterator[Finding]:
    """Where halves are summed, a half's cap is half of the year's; a mode that shares a cap needs one."""
    summed = any(period.base == "sum_of_halves" for period in scheme.periods)
    for index, item in enumerate(scheme.responsibility):
        half, year = item.cap_half, item.cap_year
        if summed and half is not None and year is not None and 2 * hundredths(half) != hundredths(year):
            yield refuse(
                "half-not-half",
                f"$.responsibility[{index}].cap_half",
                f"{item.code} 半年上限 {half} 不是全年上限 {year} 的一半。",
                f"{item.code}: the half-year cap {half} is not half of {year}",
            )
        if item.mode != "earn" and year_cap(scheme, item) is None:
            yield refuse(
                "cap-missing",
                f"$.responsibility[{index}].cap_year",
                f"{item.code} 的得分方式须有上限(cap_month、cap_quarter、cap_half 或 cap_year)。",
                f"{item.code}: this mode needs a cap (cap_month, cap_quarter, cap_half or cap_year)",
            )


def profiles(scheme: Scheme) -> Iterator[Finding]:
    """Classes that items name exist, and no class is kept below the highest grade by what it is not asked."""
    known = {profile.code for profile in scheme.profiles}
    for name in ("responsibility", "honour", "negative", "veto"):
        for index, item in enumerate(getattr(scheme, name)):
            for code in item.profiles:
                if code not in known:
                    zh, en = f"没有人员类别“{code}”。", f"there is no class of members {code!r}"
                    yield refuse("unknown-profile", f"$.{name}[{index}].profiles", zh, en)
    top = max((hundredths(grade.threshold) for grade in scheme.grades), default=0)
    for index, profile in enumerate(scheme.profiles):
        most = _most_of(scheme, profile.code, profile.base)
        if profile.graded and most is not None and most < top:
            zh = f"“{profile.zh}”最多 {points(most)} 分,达不到最高格次 {points(top)} 分。"
            en = f"{profile.en!r} can have {points(most)} at most, the highest grade begins at {points(top)}"
            yield warn("profile-below-top", f"$.profiles[{index}]", zh, en)


def _most_of(scheme: Scheme, profile: str, base: str | None) -> int | None:
    """The most that a class can have; None where the class differs in nothing or nothing bounds it."""
    if base is None and not any(item.profiles for item in scheme.responsibility):
        return None
    if scheme.honour and scheme.honour_rules.cap_year is None:
        return None
    together = hundredths(base if base is not None else scheme.scale.base or "0")
    for category in scheme.categories:
        own = [item for item in scheme.responsibility if item.cat == category.code and _asked(item, profile)]
        caps = [year_cap(scheme, item) for item in own]
        if own and category.weight is None and None in caps:
            return None
        most = sum(cap for cap in caps if cap is not None)
        weight = hundredths(category.weight) if own and category.weight is not None else most
        together += weight if None in caps else min(most, weight)
    return together + (hundredths(scheme.honour_rules.cap_year or "0") if scheme.honour else 0)
