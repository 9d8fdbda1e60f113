"""指标 — figures for Prometheus: what is written, how far the read models are, what waits. No person stands in them.

Source: prometheus.io/docs/instrumenting/exposition_formats; `ops/docs/operating.md` names every figure.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import psycopg
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.errors import UndefinedTable
from psycopg_pool import PoolTimeout

from api.asked import Asked, permitted
from api.documents import described

router = APIRouter(tags=["health"])

GAUGES: Final = {
    "steelyard_log_entries": "Entries of the log.",
    "steelyard_read_models_position": "Last entry that the read models have read.",
    "steelyard_read_models_lag": "Entries that they have still to read.",
    "steelyard_read_models_generation": "Grows with every rebuild.",
    "steelyard_parked_members": "Members whose facts could not be applied.",
    "steelyard_parked_streams": "Streams whose facts could not be applied.",
    "steelyard_notices_running": "Public notices that run.",
    "steelyard_follow_ups_open": "Follow-ups that are still to be carried out.",
    "steelyard_follow_ups_due": "Of them due already.",
    "steelyard_follow_ups_refused": "Of them refused when last tried.",
}
"""Name → what it says, in the order of the columns of the one statement."""

SAVES: Final = ("committed", "known", "conflict", "clock_wrong", "failed")

_FIGURES: Final = """
SELECT h.head, t.position, h.head - t.position, t.generation,
       (SELECT count(*) FROM parked WHERE kind = 'member'), (SELECT count(*) FROM parked WHERE kind = 'stream'),
       (SELECT count(*) FROM notices WHERE status = 'posted'),
       a.open, a.due, a.refused
FROM tracking AS t,
     (SELECT COALESCE(max(position), 0) AS head FROM ledger.entries) AS h,
     (SELECT count(*) AS open, count(*) FILTER (WHERE due_at <= %(now)s) AS due,
             count(*) FILTER (WHERE refused_code IS NOT NULL) AS refused FROM agenda) AS a
"""


class Figures(Collector):
    """One look, as Prometheus takes it."""

    def __init__(self, found: Mapping[str, int] | None, counts: Mapping[str, int], *, refused: bool) -> None:
        self._found = found
        self._counts = counts
        self._refused = refused

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        yield GaugeMetricFamily("steelyard_database_up", "The database answers.", int(self._found is not None))
        yield GaugeMetricFamily("steelyard_log_refused", "Nothing is written: see /readyz.", int(self._refused))
        for name, says in GAUGES.items() if self._found is not None else ():
            yield GaugeMetricFamily(name, says, (self._found or {})[name])
        saves = CounterMetricFamily("steelyard_saves", "Saves of this process by outcome.", labels=["outcome"])
        for word in SAVES:
            saves.add_metric([word], self._counts.get(word, 0))
        yield saves
        yield CounterMetricFamily(
            "steelyard_appended_entries", "Entries that this process appended.", self._counts.get("entries", 0)
        )
        yield GaugeMetricFamily(
            "steelyard_saves_waiting", "Saves that wait for the group before.", self._counts.get("waiting", 0)
        )


@router.get("/metrics")
@described(media_type="text/plain")
async def metrics(asked: Annotated[Asked, permitted("open")]) -> Response:
    """Figures for Prometheus."""
    house = asked.house
    registry = CollectorRegistry()
    registry.register(Figures(await _look(asked), house.counts(), refused=house.refused() is not None))
    return Response(
        generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


async def _look(asked: Asked) -> Mapping[str, int] | None:
    """What the database says, in one statement; None where it does not."""
    try:
        async with asked.house.reads.connection() as connection:
            row = await (await connection.execute(_FIGURES, {"now": asked.now})).fetchone()
    except (psycopg.OperationalError, PoolTimeout, UndefinedTable):
        return None
    return None if row is None else dict(zip(GAUGES, row, strict=True))
