"""The written forms of a rule set in words, for whoever wrote something else."""

from typing import Final, get_args

from msgspec import Meta

from domain.rules.wording import Day, Exact, MonthDay, Name, Portion, Ratio, Share, Written


def _pattern(form: object) -> str:
    meta = get_args(form)[1]
    assert isinstance(meta, Meta)
    assert meta.pattern is not None
    return meta.pattern


FORMS: Final[dict[str, tuple[str, str]]] = {
    _pattern(Written): (
        '分值文字,至多两位小数、不带符号,如 "2.5"',
        'points as text, at most two places, no sign, like "2.5"',
    ),
    _pattern(Exact): ('总分文字,恰好两位小数,如 "70.00"', 'a total as text with two places, like "70.00"'),
    _pattern(Share): ('0 到 1 的比重文字,如 "0.80"', 'a share from 0 to 1 as text, like "0.80"'),
    _pattern(Portion): ('份额文字,如 "0.50"、"1" 或 "1/3"', 'a part as text, like "0.50", "1" or "1/3"'),
    _pattern(Ratio): ('整数之比,如 "1/3"', 'a part of a whole, like "1/3"'),
    _pattern(MonthDay): ('月-日,如 "06-30"', 'month-day, like "06-30"'),
    _pattern(Day): ('日期,如 "2026-01-01"', 'a day, like "2026-01-01"'),
    _pattern(Name): (
        "代码:字母或数字开头,至多 64 个字母、数字、点、下划线、连字符",
        "a code: a letter or digit first, at most 64 letters, digits, dots, underscores, hyphens",
    ),
}
"""Pattern → what it asks for, in Chinese and in English."""
