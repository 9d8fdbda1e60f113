"""单位细化项 — items that a unit adds below a central rule set, within the limits that this sets."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from domain.rules.findings import Finding, refuse
from domain.rules.items import Category, HonourItem, NegativeItem, ResponsibilityItem
from domain.rules.lint import lint
from domain.rules.maxima import year_cap
from domain.rules.scheme import Scheme
from domain.rules.wording import Name, Stated
from domain.values import hundredths, points

ScoredItem: TypeAlias = ResponsibilityItem | HonourItem | NegativeItem

LocalList: TypeAlias = Literal["responsibility", "honour", "negative"]


class LocalAddition(Stated, frozen=True, kw_only=True):
    """What one unit adds to one version of a rule set."""

    unit: Name
    scheme: Name
    version: Name
    responsibility: tuple[ResponsibilityItem, ...] = ()
    honour: tuple[HonourItem, ...] = ()
    negative: tuple[NegativeItem, ...] = ()


def with_local(scheme: Scheme, added: LocalAddition) -> tuple[Scheme, list[Finding]]:
    """The rule set as it holds in the unit, and what forbids it; the central one where anything does.

    The added items are linted like the central ones: evidence, forbidden topics, approval.
    """
    findings = list(_against_limits(scheme, added))
    if any(finding.code in ("local-off", "local-other-version", "local-code-taken") for finding in findings):
        return scheme, findings
    together = joined(scheme, added)
    before = {(finding.code, finding.zh) for finding in lint(scheme)}
    findings += [
        found for found in lint(together) if found.severity == "refuse" and (found.code, found.zh) not in before
    ]
    return (scheme if findings else together), findings


def joined(scheme: Scheme, added: LocalAddition) -> Scheme:
    """The rule set with what was added, which somebody has checked."""
    return msgspec.structs.replace(
        scheme,
        responsibility=(*scheme.responsibility, *added.responsibility),
        honour=(*scheme.honour, *added.honour),
        negative=(*scheme.negative, *added.negative),
        categories=tuple(_widened(scheme, category, added) for category in scheme.categories),
        scale=msgspec.structs.replace(scheme.scale, base_max=points(_base_max(scheme, added))),
    )


def _against_limits(scheme: Scheme, added: LocalAddition) -> Iterator[Finding]:
    rule = scheme.local_items
    if not rule.allowed:
        yield refuse("local-off", "$", "本办法不允许单位自设细化项。", "this rule set lets no unit add items")
        return
    if (added.scheme, added.version) != (scheme.id, scheme.version):
        zh, en = "细化项所依据的不是本版本。", "the addition belongs to another version"
        yield refuse("local-other-version", "$.version", zh, en)
    lists: tuple[tuple[LocalList, tuple[ScoredItem, ...]], ...] = (
        ("responsibility", added.responsibility),
        ("honour", added.honour),
        ("negative", added.negative),
    )
    for name, items in lists:
        if items and name not in rule.lists:
            zh = f"清单“{name}”不允许自设条目,可设:{'、'.join(rule.lists)}。"
            yield refuse("local-list", f"$.{name}", zh, f"no items may be added to {name}; allowed: {rule.lists}")
        for index, item in enumerate(items):
            if scheme.item(item.code) is not None:
                zh, en = f"代码“{item.code}”已被办法使用。", f"the code {item.code!r} is taken by the rule set"
                yield refuse("local-code-taken", f"$.{name}[{index}].code", zh, en)
            if year_cap(scheme, item) is None:
                zh, en = f"{item.code} 须有全年上限。", f"{item.code} needs a yearly cap"
                yield refuse("local-without-cap", f"$.{name}[{index}]", zh, en)
    yield from _too_much(scheme, added)


def _too_much(scheme: Scheme, added: LocalAddition) -> Iterator[Finding]:
    rule, most = scheme.local_items, hundredths(scheme.local_items.max_points_per_category)
    every: tuple[ScoredItem, ...] = (*added.responsibility, *added.honour, *added.negative)
    for category in scheme.categories:
        together = sum(year_cap(scheme, item) or 0 for item in every if item.cat == category.code)
        if together > most:
            zh = f"“{category.zh}”细化项合计 {points(together)} 分,超过 {points(most)} 分。"
            en = f"the additions to {category.en!r} come to {points(together)}, the limit is {points(most)}"
            yield refuse("local-too-much", f"$.{category.code}", zh, en)
    whole = sum(year_cap(scheme, item) or 0 for item in every)
    if rule.max_points_total is not None and whole > hundredths(rule.max_points_total):
        zh = f"细化项合计 {points(whole)} 分,超过 {rule.max_points_total} 分。"
        en = f"the additions come to {points(whole)}, more than {rule.max_points_total}"
        yield refuse("local-too-much", "$", zh, en)


def _asked_more(scheme: Scheme, category: str, added: LocalAddition) -> int:
    return sum(year_cap(scheme, item) or 0 for item in added.responsibility if item.cat == category)


def _widened(scheme: Scheme, category: Category, added: LocalAddition) -> Category:
    """The category with its additions: on top of its weight, or inside it so that the weight cuts."""
    more = _asked_more(scheme, category.code, added)
    if not more or category.weight is None:
        return category
    if scheme.local_items.counts == "on_top":
        return msgspec.structs.replace(category, weight=points(hundredths(category.weight) + more))
    return msgspec.structs.replace(category, capped=True)


def _base_max(scheme: Scheme, added: LocalAddition) -> int:
    more = sum(_asked_more(scheme, category.code, added) for category in scheme.categories if category.parent is None)
    return hundredths(scheme.scale.base_max) + (more if scheme.local_items.counts == "on_top" else 0)
