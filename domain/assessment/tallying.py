"""计票 — what the ballots for one member come to: category by category where they are asked for, and the whole."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from domain.assessment.appraisal import AppraisalTallied
from domain.assessment.period import Key
from domain.assessment.rounding import HALF_UP, Rounder, rounder_of
from domain.assessment.totals import mean
from domain.rules.assessing import Appraisal
from domain.rules.items import Category
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Sha256, hundredths, points


class Ballot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ballot: of a code, or of a paper numbered at random by the tellers."""

    subject: MemberId
    digest: Sha256
    mark: Code
    category: Code | None = None


def tallies(scheme: Scheme, key: Key, ballots: Iterable[Ballot], member: MemberId) -> Iterator[AppraisalTallied]:
    """All that is published of one member: the categories in the order of the rule set, and then the whole.

    The mean of the whole is Σ weight × published mean ÷ Σ weight, over the categories that have a mean, rounded;
    where none has one there is none.
    """
    own = [one for one in ballots if one.subject == member]
    if not scheme.ballot:
        yield tallied(scheme, key, own, member)
        return
    means: dict[Code, int | None] = {}
    for category in scheme.ballot:
        found = tallied(scheme, key, [one for one in own if one.category == category.code], member, category.code)
        means[category.code] = None if found.mean is None else hundredths(found.mean)
        yield found
    whole = of_categories(scheme.ballot, means, rounder_of(scheme.rounding))
    yield AppraisalTallied(
        **key,
        member=member,
        ballots=len(own),
        voices=_voices(Counter(one.mark for one in own), scheme.appraisal),
        mean=None if whole is None else points(whole),
    )


def tallied(
    scheme: Scheme, key: Key, ballots: Collection[Ballot], member: MemberId, category: Code | None = None
) -> AppraisalTallied:
    """What some ballots for one member come to."""
    counts = Counter(one.mark for one in ballots)
    average = mean(counts, scheme.appraisal, rounder_of(scheme.rounding))
    seen = shown(counts, scheme.appraisal)
    return AppraisalTallied(
        **key,
        member=member,
        ballots=counts.total(),
        voices=_voices(counts, scheme.appraisal),
        mean=None if average is None else points(average),
        marks=None if seen is None else dict(sorted(seen.items())),
        category=category,
    )


def of_categories(
    categories: Iterable[Category], means: Mapping[Code, int | None], rounding: Rounder = HALF_UP
) -> int | None:
    """The mean of the whole from the published means of its categories, by their weights; None where it has none."""
    weighed = [
        (hundredths(one.weight or "0"), known) for one in categories if (known := means.get(one.code)) is not None
    ]
    together = sum(weight for weight, _ in weighed)
    return rounding(sum(weight * known for weight, known in weighed), together) if together else None


def shown(counts: Counter[Code], rules: Appraisal) -> Counter[Code] | None:
    """The distribution that may be shown: from the rule set's number of ballots on, and never if unanimous."""
    if counts.total() < rules.show.distribution_from_ballots:
        return None
    return None if len(+counts) < 2 and not rules.show.distribution_if_unanimous else counts


def _voices(counts: Counter[Code], rules: Appraisal) -> int:
    silent = {value.code for value in rules.values if value.value is None}
    return sum(number for mark, number in counts.items() if mark not in silent)
