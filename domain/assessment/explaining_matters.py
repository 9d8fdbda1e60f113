"""An honour, a deduction or a veto in words: what it is worth, and what a cap or another record left of it."""

from typing import Final

from domain.assessment.matters import Cut, MatterLine
from domain.assessment.vetoes import VetoLine
from domain.rules.items import HonourItem, ListItem, NegativeItem, VetoItem
from domain.rules.scheme import Scheme
from domain.rules.wording import Bilingual, Language
from domain.values import points as written

_WHY: Final[dict[Cut, Bilingual]] = {
    "same-matter": Bilingual(
        zh="同一事项已按另一条记录计分,本条不再计", en="another record counts for the same matter"
    ),
    "item-cap": Bilingual(zh="超出本项上限的部分不计", en="what goes beyond the item's cap does not count"),
    "category-cap": Bilingual(zh="超出本类上限的部分不计", en="what goes beyond the category's cap does not count"),
    "total-cap": Bilingual(zh="超出本清单上限的部分不计", en="what goes beyond the list's cap does not count"),
    "lapsed": Bilingual(zh="影响期已满,不再计", en="its effect has ended"),
    "zeroed": Bilingual(zh="因一票否决,加分清零", en="a veto brings the additions to zero"),
}


def explain_matter(line: MatterLine, scheme: Scheme, language: Language) -> str:
    """What an honour or a deduction gives, in one sentence.

    The sign shows which list the item stands on; a record whose item the rule set no longer has is named by its code.
    """
    item = scheme.item(line.item)
    sign = "−" if isinstance(item, NegativeItem) else "+"
    told = f"{_named(item, line, language)}:{sign}{written(line.claimed)}"
    if line.outside_cap:
        told += ",不受封顶限制" if language == "zh" else ", outside the cap"
    if line.cut is None:
        return told
    why = _WHY[line.cut].text(language)
    return f"{told},{why},计{written(line.points)}" if language == "zh" else f"{told}; {why}: {written(line.points)}"


def _named(item: ListItem | None, line: MatterLine, language: Language) -> str:
    if not isinstance(item, HonourItem | NegativeItem):
        return line.item
    level = next((one.text(language) for one in item.levels if one.code == line.level), line.level)
    return f"{item.text(language)}({level})" if language == "zh" else f"{item.text(language)} ({level})"


def explain_veto(line: VetoLine, scheme: Scheme, language: Language) -> str:
    """What a veto does, in one sentence."""
    item = scheme.item(line.item)
    if not isinstance(item, VetoItem):
        return line.item
    return f"{item.text(language)}:{_effect(item, scheme, language)}"


def _effect(item: VetoItem, scheme: Scheme, language: Language) -> str:
    zh = language == "zh"
    if item.effect == "grade_ceiling":
        grade = next((one.text(language) for one in scheme.grades if one.code == item.to), item.to or "")
        return f"格次不高于“{grade}”" if zh else f"the grade is not above {grade}"
    if item.effect == "not_excellent":
        return "不得评为优秀" if zh else "shut out from the excellent"
    if item.zeroes == "honours":
        return "加分清零" if zh else "the additions are brought to zero"
    if item.zeroes == "category":
        name = next((one.text(language) for one in scheme.categories if one.code == item.cat), item.cat or "")
        return f"“{name}”类得分清零" if zh else f"the category {name} is brought to zero"
    return "积分清零" if zh else "the score is brought to zero"
