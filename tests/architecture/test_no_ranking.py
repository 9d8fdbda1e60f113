"""没有名次 — no list of people stands in the order of their points, and no one is asked for the lowest.

A district nearly published a list of the last ten: the column was there, and somebody sorted by it. So nothing that a
reader can ask for sorts people by points, and no report's rows stand in the order of a figure of points.
"""

import re
from pathlib import Path
from typing import Final

from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.routes.dashboards import COLUMNS
from projections.reports.catalogue import MAKERS
from projections.reports.table import NAMES

ROOT: Final = Path(__file__).parents[2]
POINTS: Final = re.compile(
    r"ORDER BY[^)\"]*\b(total|determined_total|base|ledger|ledger_part|honours|deductions|points|score|grade)\b", re.I
)
SORTED: Final = re.compile(r"sort(ed)?\([^)]*\.(total|base|ledger|points|mean|grade|share)\b")
PARAMETERS: Final = re.compile(r"^(sort|order|order_by|rank|top|lowest|best|worst)$")


def test_no_query_orders_rows_by_points_or_grades() -> None:
    found = [
        (path.name, match[0])
        for room in ("projections", "api")
        for path in sorted((ROOT / room).rglob("*.py"))
        for match in POINTS.finditer(path.read_text())
    ]
    assert found == []


def test_no_report_or_page_sorts_by_a_figure_of_points() -> None:
    folders = (ROOT / "projections" / "reports", ROOT / "api" / "routes")
    found = [
        (path.name, match[0])
        for folder in folders
        for path in sorted(folder.glob("*.py"))
        for match in SORTED.finditer(path.read_text())
    ]
    templates = [path.name for path in (ROOT / "api" / "templates").glob("*.html") if "|sort" in path.read_text()]
    assert found == []
    assert templates == []


def test_only_the_dashboard_can_be_sorted_and_by_nothing_of_anybodys_points() -> None:
    sortable = {
        route.path_format
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for parameter in route.dependant.query_params
        if PARAMETERS.match(parameter.alias)
    }
    assert sortable == {"/units/{unit}/dashboard", "/units/{unit}/exports/dashboard.{kind}"}
    assert not {"points", "total", "base", "mean", "grade"} & set(COLUMNS)


def test_every_report_has_a_name_and_none_is_called_a_ranking() -> None:
    assert set(MAKERS) == set(NAMES)
    assert not [name for name in NAMES if re.search("rank|top|worst|lowest", name)]
