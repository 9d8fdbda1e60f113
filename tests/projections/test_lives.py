"""What the read models say of any life: followed batch by batch or folded anew from the log, they say the same."""

from random import Random

import pytest

from projections import parking
from projections.rebuild import rebuild
from tests.domain.life.life import FOUNDING
from tests.domain.life.playing import BEGINNING, Player
from tests.projections.conftest import House, tables_of

STEPS = 120


@pytest.mark.parametrize("seed", range(len(BEGINNING)))
def test_a_life_followed_is_a_life_rebuilt(house: House, seed: int) -> None:
    player, random = Player(BEGINNING[seed]), Random(seed)
    for _ in range(STEPS):
        list(player.play(random))
    house.tell(FOUNDING)
    commands = player.life.commands
    for start in range(0, len(commands), 40):
        house.tell(commands[start : start + 40])
        house.follow()
    with house.projector() as connection:
        assert parking.listed(connection) == []
        followed = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == followed
