"""A line in words: one sentence that anybody can check with a pencil."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from domain.assessment.lines import Detail, Line
from domain.rules.items import ResponsibilityItem
from domain.rules.wording import Bilingual, Language
from domain.values import points as written

_UNIT: Final = Bilingual(zh="次", en="time")
NO_NAMES: Final[dict[str, Bilingual]] = {}


Names: TypeAlias = Mapping[str, Bilingual]
"""Levels and conditions by their codes."""


def names_of(item: ResponsibilityItem) -> dict[str, Bilingual]:
    """The words for what a record of an item may say."""
    return {one.code: one for one in (*item.levels, *item.conditions)}


def explain(line: Line, language: Language, unit: Bilingual | None = None, names: Names = NO_NAMES) -> str:
    """How the line comes about; `unit` is the item's own word for one deed, `names` those of levels and conditions.

    >>> explain(Line("R-GJ-1", "GJ", "ratio", 300, 240, held=6, attended=4, excused=1), "zh")
    '应到6次,请假1次,实到4次:3.00 × 4 ÷ 5 = 2.40'
    """
    chinese = language == "zh"
    if line.mode == "earn":
        told = _earn_zh(line, unit or _UNIT, names) if chinese else _earn_en(line, unit or _UNIT, names)
    elif line.mode == "presumed":
        told = _presumed_zh(line) if chinese else _presumed_en(line)
    elif line.mode == "threshold":
        told = _steps_zh(line) if chinese else _steps_en(line)
    else:
        told = _share_zh(line) if chinese else _share_en(line)
    if not line.longer_cut:
        return told
    if chinese:
        return f"{told};前期已用去上限,减{written(line.longer_cut)},计{written(line.points)}"
    return f"{told}; earlier spans used up the cap, less {written(line.longer_cut)}: {written(line.points)}"


def _steps_zh(line: Line) -> str:
    told, _ = _asked_zh(line, "应到", "请假")
    if not line.asked:
        return f"{','.join(told)},按满分计:{written(line.points + line.longer_cut)}"
    told.append(f"实到{line.attended}次")
    verb = "达到" if line.points + line.longer_cut else "未达到"
    return f"{','.join(told)},{verb}“{_step(line, 'zh')}”:{written(line.points + line.longer_cut)}"


def _steps_en(line: Line) -> str:
    told = _asked_en(line, "held", "excused")
    if not line.asked:
        return f"{', '.join(told)}, so the full {written(line.points + line.longer_cut)}"
    told.append(f"{line.attended} attended")
    verb = "reaches" if line.points + line.longer_cut else "does not reach"
    return f"{', '.join(told)}, which {verb} {_step(line, 'en')}: {written(line.points + line.longer_cut)}"


def _step(line: Line, language: Language) -> str:
    """A step in words: "4次以上或80%以上"."""
    step = line.step
    if step is None:
        return "—"
    zh = language == "zh"
    said: list[str] = []
    if step.count is not None:
        said.append(f"{step.count}次以上" if zh else f"{step.count} times or more")
    if step.share is not None:
        said.append(f"{step.share}%以上" if zh else f"{step.share} % or more")
    return ("或" if zh else " or ").join(said)


def _asked_zh(line: Line, held: str, out: str) -> tuple[list[str], bool]:
    told = [f"{held}{line.held}次"] if line.held else []
    told += [f"{out}{line.excused}次"] if line.excused else []
    told += [f"另作减分{line.replaced}次"] if line.replaced else []
    if not line.asked:
        told.append(f"没有{'其余' if line.held else ''}{held}的事项")
    return told, bool(line.asked)


def _asked_en(line: Line, held: str, out: str) -> list[str]:
    told = [f"{line.held} {held}"] if line.held else []
    told += [f"{line.excused} {out}"] if line.excused else []
    told += [f"{line.replaced} counted as a deduction instead"] if line.replaced else []
    if not line.asked:
        told.append(f"nothing {'else ' if line.held else ''}was {held}")
    return told


def _share_zh(line: Line) -> str:
    held, out, hit = ("应到", "请假", "实到") if line.mode == "ratio" else ("交办", "撤回", "按时完成")
    told, was_asked = _asked_zh(line, held, out)
    if not was_asked:
        return f"{','.join(told)},按满分计:{written(line.cap)}"
    told.append(f"{hit}{line.attended}次")
    return f"{','.join(told)}:{_quotient(line)}"


def _share_en(line: Line) -> str:
    held, out, hit = ("held", "excused", "attended") if line.mode == "ratio" else ("assigned", "withdrawn", "done")
    told = _asked_en(line, held, out)
    if not line.asked:
        return f"{', '.join(told)}, so the full {written(line.cap)}"
    told.append(f"{line.attended} {hit}")
    return f"{', '.join(told)}: {_quotient(line)}"


def _quotient(line: Line) -> str:
    return f"{written(line.cap)} × {line.attended} ÷ {line.asked} = {written(line.points + line.longer_cut)}"


def _presumed_zh(line: Line) -> str:
    told = f"另作减分{line.replaced}次,不再计入;" if line.replaced else ""
    if not line.value:
        return f"{told}没有查实的不足,按满分计:{written(line.cap)}"
    found = f"查实不足{line.held - line.replaced}次,共{written(line.value)}分"
    least = ",最低计0.00" if line.surplus - line.longer_cut else ""
    return (
        f"{told}{found}:{written(line.cap)} − {written(line.value)}{least} = {written(line.points + line.longer_cut)}"
    )


def _presumed_en(line: Line) -> str:
    told = f"{line.replaced} counted as a deduction instead; " if line.replaced else ""
    if not line.value:
        return f"{told}no shortfall found, so the full {written(line.cap)}"
    found = f"{line.held - line.replaced} found, {written(line.value)} in all"
    least = ", not below 0.00" if line.surplus - line.longer_cut else ""
    points = written(line.points + line.longer_cut)
    return f"{told}{found}: {written(line.cap)} − {written(line.value)}{least} = {points}"


def _earn_zh(line: Line, unit: Bilingual, names: Names) -> str:
    if not line.quantity:
        return f"没有记录:{written(line.points)}"
    told = f"完成{_plain(line.quantity)}{unit.zh}"
    told += f",最多计{_plain(line.counted)}{unit.zh}" if line.counted < line.quantity else ""
    if line.months_present < line.months:
        told = f"在册{line.months_present}个月(共{line.months}个月),{told}"
    if line.details:
        told += f"({';'.join(_detail(one, names, unit, 'zh') for one in line.details)})"
    if line.shorter_cut:
        told += f",当月或当季超出上限的{written(line.shorter_cut)}不计"
    surplus = line.surplus - line.longer_cut
    limit = f",以{written(line.cap)}为限,计{written(line.points + line.longer_cut)}" if surplus else ""
    return f"{told}:{_product(line, '按各次标准合计')} = {written(line.value)}{limit}"


def _earn_en(line: Line, unit: Bilingual, names: Names) -> str:
    if not line.quantity:
        return f"nothing recorded: {written(line.points)}"
    told = f"{_plain(line.quantity)} × {unit.en}"
    told += f", at most {_plain(line.counted)} counts" if line.counted < line.quantity else ""
    if line.months_present < line.months:
        told = f"present {line.months_present} of {line.months} months, {told}"
    if line.details:
        told += f" ({'; '.join(_detail(one, names, unit, 'en') for one in line.details)})"
    if line.shorter_cut:
        told += f", {written(line.shorter_cut)} beyond the cap of a month or quarter left out"
    surplus = line.surplus - line.longer_cut
    limit = f", capped at {written(line.cap)}: {written(line.points + line.longer_cut)}" if surplus else ""
    return f"{told}: {_product(line, 'each by its own standard')} = {written(line.value)}{limit}"


def _detail(one: Detail, names: Names, unit: Bilingual, language: Language) -> str:
    """Records that say the same: "市级,媒体报道2篇计4.00"."""
    words = [names[code].text(language) for code in (one.outcome, one.condition) if code is not None and code in names]
    quantity = f"{_plain(one.quantity)}{unit.zh}" if language == "zh" else f"{_plain(one.quantity)} × {unit.en}"
    if language == "zh":
        return f"{','.join(words)}{quantity}计{written(one.value)}"
    return f"{', '.join((*words, quantity))} gives {written(one.value)}"


def _product(line: Line, mixed: str) -> str:
    """The formula, where one price holds for all; where records differ in worth, words instead."""
    worth, per = line.unit_points * line.counted * line.months, 100 * line.months_present
    if line.shorter_cut or line.details or (2 * worth + per) // (2 * per) != line.value:
        return mixed
    formula = f"{written(line.unit_points)} × {_plain(line.counted)}"
    return formula if line.months_present == line.months else f"{formula} × {line.months} ÷ {line.months_present}"


def _plain(quantity: int) -> str:
    """A quantity as people write it: "4", "1.5"."""
    return written(quantity).rstrip("0").rstrip(".")
