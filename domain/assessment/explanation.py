"""A line in words: one sentence that anybody can check with a pencil."""

from domain.assessment.lines import Line
from domain.rules.wording import Bilingual, Language
from domain.values import points as written

_UNIT = Bilingual(zh="次", en="time")


def explain(line: Line, language: Language, unit: Bilingual | None = None) -> str:
    """How the line comes about; `unit` is the item's own word for one deed.

    >>> explain(Line("R-GJ-1", "GJ", "ratio", 300, 240, held=6, attended=4, excused=1), "zh")
    '应到6次,请假1次,实到4次:3.00 × 4 ÷ 5 = 2.40'
    """
    if line.mode == "earn":
        return _earn_zh(line, unit or _UNIT) if language == "zh" else _earn_en(line, unit or _UNIT)
    if line.mode == "presumed":
        return _presumed_zh(line) if language == "zh" else _presumed_en(line)
    return _share_zh(line) if language == "zh" else _share_en(line)


def _share_zh(line: Line) -> str:
    held, out, hit = ("应到", "请假", "实到") if line.mode == "ratio" else ("交办", "撤回", "按时完成")
    told = [f"{held}{line.held}次"] if line.held else []
    told += [f"{out}{line.excused}次"] if line.excused else []
    told += [f"另作减分{line.replaced}次"] if line.replaced else []
    if not line.asked:
        told.append(f"没有{'其余' if line.held else ''}{held}的事项")
        return f"{','.join(told)},按满分计:{written(line.cap)}"
    told.append(f"{hit}{line.attended}次")
    return f"{','.join(told)}:{_quotient(line)}"


def _share_en(line: Line) -> str:
    held, out, hit = ("held", "excused", "attended") if line.mode == "ratio" else ("assigned", "withdrawn", "done")
    told = [f"{line.held} {held}"] if line.held else []
    told += [f"{line.excused} {out}"] if line.excused else []
    told += [f"{line.replaced} counted as a deduction instead"] if line.replaced else []
    if not line.asked:
        told.append(f"nothing {'else ' if line.held else ''}was {held}")
        return f"{', '.join(told)}, so the full {written(line.cap)}"
    told.append(f"{line.attended} {hit}")
    return f"{', '.join(told)}: {_quotient(line)}"


def _quotient(line: Line) -> str:
    return f"{written(line.cap)} × {line.attended} ÷ {line.asked} = {written(line.points)}"


def _presumed_zh(line: Line) -> str:
    told = f"另作减分{line.replaced}次,不再计入;" if line.replaced else ""
    if not line.value:
        return f"{told}没有查实的不足,按满分计:{written(line.cap)}"
    found = f"查实不足{line.held - line.replaced}次,共{written(line.value)}分"
    least = ",最低计0.00" if line.surplus else ""
    return f"{told}{found}:{written(line.cap)} − {written(line.value)}{least} = {written(line.points)}"


def _presumed_en(line: Line) -> str:
    told = f"{line.replaced} counted as a deduction instead; " if line.replaced else ""
    if not line.value:
        return f"{told}no shortfall found, so the full {written(line.cap)}"
    found = f"{line.held - line.replaced} found, {written(line.value)} in all"
    least = ", not below 0.00" if line.surplus else ""
    return f"{told}{found}: {written(line.cap)} − {written(line.value)}{least} = {written(line.points)}"


def _earn_zh(line: Line, unit: Bilingual) -> str:
    if not line.quantity:
        return f"没有记录:{written(line.points)}"
    told = f"完成{_plain(line.quantity)}{unit.zh}"
    told += f",最多计{_plain(line.counted)}{unit.zh}" if line.counted < line.quantity else ""
    if line.months_present < line.months:
        told = f"在册{line.months_present}个月(共{line.months}个月),{told}"
    limit = f",以{written(line.cap)}为限,计{written(line.points)}" if line.surplus else ""
    return f"{told}:{_product(line, '按各次当日标准合计')} = {written(line.value)}{limit}"


def _earn_en(line: Line, unit: Bilingual) -> str:
    if not line.quantity:
        return f"nothing recorded: {written(line.points)}"
    told = f"{_plain(line.quantity)} × {unit.en}"
    told += f", at most {_plain(line.counted)} counts" if line.counted < line.quantity else ""
    if line.months_present < line.months:
        told = f"present {line.months_present} of {line.months} months, {told}"
    limit = f", capped at {written(line.cap)}: {written(line.points)}" if line.surplus else ""
    return f"{told}: {_product(line, 'each by the rules of its day')} = {written(line.value)}{limit}"


def _product(line: Line, mixed: str) -> str:
    """The formula, where one price holds for all; where the rules changed in between, words instead."""
    worth, per = line.unit_points * line.counted * line.months, 100 * line.months_present
    if (2 * worth + per) // (2 * per) != line.value:
        return mixed
    formula = f"{written(line.unit_points)} × {_plain(line.counted)}"
    return formula if line.months_present == line.months else f"{formula} × {line.months} ÷ {line.months_present}"


def _plain(quantity: int) -> str:
    """A quantity as people write it: "4", "1.5"."""
    return written(quantity).rstrip("0").rstrip(".")
