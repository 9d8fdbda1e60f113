"""核查 in the read models: three tables of its own, and not one row anywhere else."""

from msgspec.structs import replace

from projections.rebuild import rebuild
from tests.domain.branch import MEMBER
from tests.domain.oversight.reviews import DAY, OFFICE, access, closed, opened, revoked, sealed
from tests.projections.conftest import House, tables_of
from tests.projections.test_as_of import FOUNDING, life

OWN = {"tracking", "reviews", "review_access", "review_bundles"}


def test_a_review_is_followed_and_rebuilt_and_touches_nobodys_row(house: House) -> None:
    house.tell((*FOUNDING, *OFFICE))
    commands = life(0)
    latest = commands[-1].at
    house.tell(commands)
    house.follow()
    with house.projector() as connection:
        before = tables_of(connection)
    wishes = (opened(), access(until=latest + DAY), sealed(), revoked(), closed())
    house.tell(replace(one, at=latest) for one in wishes)
    house.follow()
    with house.projector() as connection:
        after = tables_of(connection)
        assert {name: rows for name, rows in after.items() if name not in OWN} == {
            name: rows for name, rows in before.items() if name not in OWN
        }
        assert [len(after[name]) for name in sorted(OWN - {"tracking"})] == [1, 1, 1]
        assert not any(str(MEMBER) in row for name in OWN for row in after[name])
        rebuild(house.urls.projector, readers=house.readers)
        assert tables_of(connection) == after
