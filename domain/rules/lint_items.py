"""体检 of the lists: what single items say."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, cast

from domain.rules.findings import Finding, refuse, warn
from domain.rules.items import TIERS, Item, Level, ListItem, ResponsibilityItem, VetoItem
from domain.rules.maxima import own_caps
from domain.rules.scheme import Scheme
from domain.rules.wording import Bilingual
from domain.rules.wordlists import FORBIDDEN, OPEN_CLAUSE_EN, OPEN_CLAUSE_ZH

_READ_BY: Final[dict[str, tuple[str, ...]]] = {
    "points": ("earn",),
    "levels": ("earn",),
    "unit": ("earn",),
    "measure": ("earn",),
    "conditions": ("earn",),
    "quantity_max": ("earn",),
    "minimum_hours": ("earn",),
    "planned_half": ("ratio", "threshold"),
    "steps": ("threshold",),
    "shortfalls": ("presumed",),
}
"""The modes that read each field of a responsibility item."""


def located(scheme: Scheme) -> Iterator[tuple[str, ListItem]]:
    """Every item of the four lists with its path."""
    for name in ("responsibility", "honour", "negative", "veto"):
        items: tuple[ListItem, ...] = getattr(scheme, name)
        for index, item in enumerate(items):
            yield f"$.{name}[{index}]", item


def unknown_references(scheme: Scheme) -> Iterator[Finding]:
    """Categories, evidence kinds and basis texts that items name exist."""
    categories = {category.code for category in scheme.categories}
    for path, item in located(scheme):
        if not isinstance(item, VetoItem) and item.cat not in categories:
            zh, en = (
                f"{item.code} 的类别“{item.cat}”不存在。",
                f"{item.code}: there is no category {item.cat!r}",
            )
            yield refuse("unknown-category", f"{path}.cat", zh, en)
        for kind in item.evidence:
            if kind not in scheme.evidence_kinds:
                zh, en = (
                    f"{item.code} 的佐证种类“{kind}”不存在。",
                    f"{item.code}: there is no evidence kind {kind!r}",
                )
                yield refuse("unknown-evidence", f"{path}.evidence", zh, en)
        if item.basis is not None and item.basis.partition("(")[0] not in scheme.basis_texts:
            zh, en = (
                f"{item.code} 的依据“{item.basis}”不存在。",
                f"{item.code}: there is no basis {item.basis!r}",
            )
            yield refuse("unknown-basis", f"{path}.basis", zh, en)


def items_without_evidence(scheme: Scheme) -> Iterator[Finding]:
    """Whatever counts for a member names the paper that proves it."""
    for path, item in located(scheme):
        if item.kind in ("responsibility", "honour") and not item.evidence:
            zh, en = f"{item.code} 没有写明佐证种类。", f"{item.code} names no kind of evidence"
            yield refuse("item-without-evidence", f"{path}.evidence", zh, en)


def deductions_without_basis_document(scheme: Scheme) -> Iterator[Finding]:
    """Whatever counts against a member names a document that somebody else wrote."""
    for path, item in located(scheme):
        known = [scheme.evidence_kinds[kind] for kind in item.evidence if kind in scheme.evidence_kinds]
        against = item.kind in ("negative", "veto") or (item.evidence and _mode(item) == "presumed")
        if against and len(known) == len(item.evidence) and all(kind.own_paper for kind in known):
            zh, en = f"{item.code} 没有写明扣分依据文书。", f"{item.code} names no basis document"
            yield refuse("deduction-without-basis-document", f"{path}.evidence", zh, en)


def mode_fields(scheme: Scheme) -> Iterator[Finding]:
    """Each mode has the fields that it reads, and a ratio has no points."""
    for index, item in enumerate(scheme.responsibility):
        path, code = f"$.responsibility[{index}]", item.code
        if item.mode == "ratio" and item.points is not None:
            zh, en = (
                f"{code} 按参加率得分,不应写每次分值。",
                f"{code} counts by ratio and must not have points",
            )
            yield refuse("ratio-with-points", f"{path}.points", zh, en)
        if item.mode == "earn" and (item.points is None) == (not item.levels):
            zh = f"{code} 按完成得分,points(每次分值)与 levels(档次)须写且只写一种。"
            en = f"{code} counts by deed and needs either points or levels"
            yield refuse("earn-without-points", f"{path}.points", zh, en)
        if item.mode == "presumed" and not item.shortfalls:
            zh, en = f"{code} 默认得分,缺少不足档次。", f"{code} is presumed and has no shortfalls"
            yield refuse("presumed-without-shortfalls", f"{path}.shortfalls", zh, en)


def fields_without_effect(scheme: Scheme) -> Iterator[Finding]:
    """No published field is left that nothing evaluates: a reader would believe in it."""
    for index, item in enumerate(scheme.responsibility):
        for field, modes in _READ_BY.items():
            given = getattr(item, field) not in (None, ())
            if given and item.mode not in modes and (field, item.mode) != ("points", "ratio"):
                zh = f"{item.code} 的字段“{field}”在此得分方式下不起作用。"
                en = f"{item.code}: nothing evaluates {field!r} in this mode"
                yield refuse("field-without-effect", f"$.responsibility[{index}].{field}", zh, en)

    for index, item in enumerate(scheme.responsibility):
        shorter = item.cap_month is not None or item.cap_quarter is not None
        if item.mode == "earn" and item.quantity_max is not None and shorter and scheme.cycle_months > 1:
            zh = f"{item.code} 同时写了数量上限和更短期间的上限,无法说明先用哪一个。"
            en = f"{item.code}: a maximum quantity and a cap of a shorter stretch: nobody could say which comes first"
            yield refuse("caps-contradict", f"$.responsibility[{index}].quantity_max", zh, en)


def levels_that_overlap(scheme: Scheme) -> Iterator[Finding]:
    """One act falls under one level only."""
    for path, item in located(scheme):
        levels = tuple(getattr(item, "levels", ()))
        for index, level in enumerate(levels):
            if any(_overlap(level, other) for other in levels[:index]):
                zh = f"{item.code} 的档次“{level.zh}”与其他档次重叠。"
                en = f"{item.code}: the level {level.en!r} overlaps another"
                yield refuse("levels-overlap", f"{path}.levels[{index}]", zh, en)


def _overlap(level: Level, other: Level) -> bool:
    if level.zh == other.zh or level.en.lower() == other.en.lower():
        return True
    low, high = sorted((level, other), key=_rank)
    return _opens_upward(low) and _rank(low) >= 0 and _rank(high) >= _rank(low)


def _rank(level: Level) -> int:
    return next((rank for rank, tier in enumerate(TIERS) if tier == level.chain_tier), -1)


def _opens_upward(level: Level) -> bool:
    return "以上" in level.zh or level.code.endswith("_up")


def open_clauses(scheme: Scheme) -> Iterator[Finding]:
    """Say "other circumstances" only with a body that decides what they are, and a maximum."""
    for path, item in located(scheme):
        wide = _names(item, OPEN_CLAUSE_ZH, OPEN_CLAUSE_EN)
        known = item.recognised_by is not None and scheme.bodies.named(item.recognised_by) is not None
        if wide and not (known and _bounded(item)):
            zh = f"{item.code} 是兜底条款(“{wide}”),须写明认定机构和最高分值。"
            en = f"{item.code} is an open clause ({wide!r}): it needs a body that recognises and a maximum"
            yield refuse("open-clause", path, zh, en)


def _bounded(item: ListItem) -> bool:
    """Whether the item cannot come to more than a published number; a veto has no number at all."""
    return not isinstance(item, VetoItem) and bool(own_caps(item))


def forbidden_topics(scheme: Scheme) -> Iterator[Finding]:
    """Only observable acts in work and organisation are scored."""
    for path, item in located(scheme):
        for topic in FORBIDDEN:
            word = _names(item, topic.words_zh, topic.words_en)
            if word:
                zh, en = (
                    f"{item.code} 提到“{word}”:{topic.zh}。",
                    f"{item.code} speaks of {word!r}: {topic.en}",
                )
                yield refuse(topic.code, path, zh, en)


def evidence_never_asked_for(scheme: Scheme) -> Iterator[Finding]:
    """An evidence kind that nothing asks for is probably a mistake."""
    asked = {kind for _, item in located(scheme) for kind in item.evidence}
    asked.update(scheme.statement.evidence)
    asked.update(step.closes_with for rule in scheme.measures.table for step in rule.steps)
    for kind in scheme.evidence_kinds:
        if kind not in asked:
            zh, en = f"佐证种类“{kind}”没有被使用。", f"nothing asks for the evidence kind {kind!r}"
            yield warn("evidence-unused", f"$.evidence_kinds.{kind}", zh, en)


def _mode(item: ListItem) -> str | None:
    return item.mode if isinstance(item, ResponsibilityItem) else None


def _names(item: Item, words_zh: Iterable[str], words_en: Iterable[str]) -> str | None:
    """The first of the words that the item's title or one of its levels uses, or nothing."""
    names = ("levels", "shortfalls", "conditions", "shares")
    inner = [one for name in names for one in cast("tuple[Bilingual, ...]", getattr(item, name, ()))]
    for text in (cast("Bilingual", item), *inner):
        for word in words_zh:
            if word.upper() in text.zh.upper():
                return word
        for word in words_en:
            if _whole_word(word).search(text.en):
                return word
    return None


@cache
def _whole_word(word: str) -> re.Pattern[str]:
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(rf"\b{re.escape(word.rstrip('*'))}{ending}\b", re.IGNORECASE)
