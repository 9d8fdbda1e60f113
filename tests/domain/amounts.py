"""A rule set that asks for more than a level: ranges, conditions, places in a group, amounts, levels of duties."""

from typing import Any, Final

from tests.domain.rules.kinds.writing import Document, category, honour, item, level, named, negative, rule_set

MEDIA: Final = named("media", times="2")


def more_asked(scheme: str, **sections: Any) -> Document:
    """A fresh copy, as a version of a scheme.

    ======  ==================================================================================
    R-1     a visit 1.00, a survey 2.00 to 4.00; doubled where the media report it
    H-1     an award of the city 4.00, of the district 1.00 to 3.00; the leader has all of it, others a half
    N-1     light 1.00 to 2.00, heavy 3.00
    N-2     0.50 an hour, in half hours begun
    ======  ==================================================================================
    """
    return rule_set(
        **{
            "id": scheme,
            "scale": {"base_max": "20"},
            "categories": [category("ALL", "20")],
            "responsibility": [
                item("R-1", "ALL", "earn", levels=[level("visit", "1"), level("survey", "2", up_to="4")],
                     cap_half="10", conditions=[MEDIA]),
            ],
            "honour": [
                honour("H-1", "ALL", level("city", "4"), level("district", "1", up_to="3"),
                       shares=[named("lead", share="1"), named("part", share="1/2")], conditions=[MEDIA]),
            ],
            "negative": [
                negative("N-1", "ALL", level("light", "1", up_to="2"), level("heavy", "3")),
                negative("N-2", "ALL", level("hour", "0.5"), measure={"per": "1", "step": "0.5", "rounding": "up"}),
            ],
            **sections,
        }
    )  # fmt: skip
