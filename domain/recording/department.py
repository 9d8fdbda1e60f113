"""牵头部门 — an item whose papers a department keeps is brought by that department alone.

A department is an organisation that the rule set's source names; whoever acts for it acts for the department, and
nobody else does.
"""

from domain.actor import Actor
from domain.decider import Refused
from domain.rules.demands import departments_of, may_submit
from domain.rules.scheme import Scheme
from domain.values import Code


class KeptByDepartment(Refused):
    """该条目只能由牵头部门提交。 Only the department that keeps the papers of this item may submit it."""

    code = "kept-by-department"


def need_department(scheme: Scheme, item: Code, actor: Actor) -> None:
    """Refuse whoever acts for another organisation than the item's departments."""
    if not may_submit(scheme, item, actor.unit):
        raise KeptByDepartment(item=item, departments=departments_of(scheme, item))
