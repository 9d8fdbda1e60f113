"""牵头部门 — an item whose papers a department keeps is brought by that department's officer alone.

A department is an organisation that the rule set's source names. Its officer is appointed there; he brings its items
for every member under the rule set, wherever he belongs, and no other item. To be a member of the department, or to
hold another office in it, is not enough.
"""

from typing import Final

from domain.actor import Actor
from domain.decider import NotPermitted, Refused
from domain.rules.demands import departments_of, may_submit
from domain.rules.scheme import Scheme
from domain.values import Code

OFFICER: Final = "department_officer"


class KeptByDepartment(Refused):
    """该条目只能由牵头部门提交。 Only the department that keeps the papers of this item may submit it."""

    code = "kept-by-department"


def need_department(scheme: Scheme, item: Code, actor: Actor) -> None:
    """Refuse an item of a department to whoever is not its officer, and every other item to the officers."""
    keepers = departments_of(scheme, item)
    as_officer = actor.role == OFFICER
    if keepers and not (as_officer and may_submit(scheme, item, actor.unit)):
        raise KeptByDepartment(item=item, departments=keepers)
    if as_officer and not keepers:
        raise NotPermitted
