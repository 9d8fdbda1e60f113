"""停放处置 — letting those who are parked go on, in order, once the program is mended."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg

from projections import parking
from projections.folding import Fold


def unparked(connection: "psycopg.Connection[Any]", wanted: Collection[UUID] = ()) -> list[parking.Parked]:
    """Who of those that are wanted, or of everybody, goes on now, as they stood before.

    By the first fact that each misses, and again while it helps: who shares a fact with somebody parked can only go
    on after him. ``connection`` is the projector's, on the read models' schema; the follower may run meanwhile.
    """
    fold = Fold(connection)
    before = {one.key: one for one in parking.listed(connection) if not wanted or one.key in wanted}
    helps = True
    while helps:
        helps = False
        for one in parking.listed(connection):
            if one.key in before:
                helps |= fold.unpark(one.key) < one.held
    still = {one.key for one in parking.listed(connection)}
    return [one for key, one in before.items() if key not in still]
