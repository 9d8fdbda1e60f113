"""记分表的地址 — where a sheet stands for whoever writes to it."""

from api.asked import Asked
from api.pages import address
from domain.values import Code


def sheet_place(asked: Asked, unit: Code, matter: Code, item: Code) -> str:
    """A department's officer sees the sheets of his department alone; everybody else sees them at their matter."""
    if asked.may("department.submit"):
        return f"/units/{address(unit)}/reserved/sheets/{address(matter)}/{address(item)}"
    return f"/units/{address(unit)}/matters/{address(matter)}/sheets/{address(item)}"
