"""From a deed to its points: quantities, conditions, steps, parts of a group's result, and maxima."""

from typing import Literal

from domain.rules.wording import Coded, Name, Portion, Positive, Share, Stated, Window, Written


class Measure(Stated, frozen=True, kw_only=True):
    """How a quantity counts: what falls under the minimum gives nothing, the rest is brought to whole steps.

    The points are those of `per` units: "500" for 500 : 1.
    """

    per: Written = "1"
    step: Written | None = None
    rounding: Literal["down", "half_up", "up"] = "down"
    minimum: Written | None = None


class Condition(Coded, frozen=True, kw_only=True):
    """What a record may fulfil besides: its points are then multiplied, or some are added once."""

    times: Written | None = None
    plus: Written | None = None


class Threshold(Stated, frozen=True, kw_only=True):
    """A step of a threshold item: so many attended, or such a share of what was asked, give these points."""

    at_least: Positive | None = None
    share: Share | None = None
    points: Written


class GroupShare(Coded, frozen=True, kw_only=True):
    """A place in a group (leader, participant, second author) and its part of the points."""

    share: Portion


class Cap(Stated, frozen=True, kw_only=True, rename={"of_list": "list"}):
    """The most that an item, a category, a list or everything gives in each window of the calendar."""

    of_list: Literal["responsibility", "honour", "negative"] | None = None  # none: all that adds
    item: Name | None = None
    category: Name | None = None
    per: Window
    points: Written
