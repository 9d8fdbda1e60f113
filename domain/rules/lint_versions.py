"""体检 over time: what follows what, how long an effect lasts, and how long it is kept."""

from collections.abc import Iterator
from datetime import date

from domain.rules.findings import Finding, refuse, warn
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS


def mappings(scheme: Scheme) -> Iterator[Finding]:
    """An item that is gone leads to one that is there; one that is still there leads nowhere."""
    seen: set[str] = set()
    for index, one in enumerate(scheme.mapping):
        path = f"$.mapping[{index}]"
        if scheme.item(one.new) is None:
            zh, en = f"没有新条目“{one.new}”。", f"there is no item {one.new!r}"
            yield refuse("mapping-unknown-item", f"{path}.to", zh, en)
        if one.old in seen or (scheme.item(one.old) is not None and one.old != one.new):
            zh = f"“{one.old}”已有对应或仍是现行条目。"
            en = f"{one.old!r} is mapped already, or is still an item of this version"
            yield refuse("mapping-double", f"{path}.from", zh, en)
        seen.add(one.old)
        if one.value == "as_recorded" and (one.outcomes or one.times is not None):
            zh = "按原标准计值(as_recorded)时,outcomes 和 times 不起作用。"
            en = "outcomes and times have an effect only where the record is worth what the new version says (as_new)"
            yield refuse("field-without-effect", f"{path}.value", zh, en)


def effect_and_retention(scheme: Scheme) -> Iterator[Finding]:
    """Nothing has an effect for longer than it is kept, and the rule on effects says what the items say."""
    kept = scheme.retention_years.records * MONTHS["year"]
    longer = False
    spans = [(f"$.negative[{index}].effect_months", one.effect_months) for index, one in enumerate(scheme.negative)]
    spans += [(f"$.veto[{index}].lasts_months", one.lasts_months) for index, one in enumerate(scheme.veto)]
    for path, months in spans:
        if months is not None and months > kept:
            zh, en = (
                f"影响期 {months} 个月长于记录保存期 {kept} 个月。",
                f"the effect lasts {months} months, the record is kept for {kept}",
            )
            yield refuse("retention-shorter-than-effect", path, zh, en)
        longer = longer or (months is not None and path.startswith("$.negative"))
    said = scheme.retention_years.effect_of_deduction
    if longer != (said == "as each item says"):
        zh = "effect_of_deduction 与各减分条目的 effect_months 不一致。"
        en = "effect_of_deduction and the effect_months of the deductions contradict each other"
        yield refuse("effect-contradicted", "$.retention_years.effect_of_deduction", zh, en)


def impossible_days(scheme: Scheme) -> Iterator[Finding]:
    """Every day that is named exists."""
    document = scheme.document
    named = [
        ("effective_on", document.effective_on),
        ("issued_on", document.issued_on),
        ("expires_on", document.expires_on),
    ]
    days = [(f"$.document.{field}", day) for field, day in named if day is not None]
    for index, period in enumerate(scheme.periods):
        for field, day in (("from", period.first_day), ("to", period.last_day)):
            days.append((f"$.periods[{index}].{field}", f"2027-{day}"))
    for path, day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            zh, en = f"没有“{day}”这一天。", f"there is no day {day!r}"
            yield refuse("day-impossible", path, zh, en)


def repealed(scheme: Scheme) -> Iterator[Finding]:
    """A repealed document is not adopted, one that ends before it begins neither; a trial says when it ends."""
    document = scheme.document
    if document.status == "废止":
        yield refuse("repealed", "$.document.status", "已废止的办法不能采用。", "a repealed document cannot be adopted")
    if document.expires_on is not None and document.expires_on <= document.effective_on:
        zh, en = "失效日应晚于施行日。", "a document expires after it has taken effect"
        yield refuse("expires-before-effect", "$.document.expires_on", zh, en)
    if document.issued_on is not None and document.issued_on > document.effective_on:
        zh, en = "施行日不得早于印发日:办法不溯及既往。", "a document takes no effect before it is issued"
        yield refuse("issued-after-effect", "$.document.issued_on", zh, en)
    if document.status == "试行" and document.expires_on is None and not scheme.illustrative:
        zh, en = "试行办法未写明试行期满日。", "a trial document does not say when the trial ends"
        yield warn("trial-without-end", "$.document.expires_on", zh, en)
