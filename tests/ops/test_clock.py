"""The simulated clock stands, moves forward, runs on from where it stopped, and survives a restart."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ops.clock import RealClock, SimulatedClock

MARCH = datetime(2025, 3, 14, 2, 30, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_it_stands_still_until_it_is_moved() -> None:
    clock = SimulatedClock(MARCH)
    assert clock.now() == clock.now() == MARCH
    clock.advance_to(MARCH + minutes(5))
    assert clock.now() == MARCH + minutes(5)


def test_it_never_goes_back() -> None:
    clock = SimulatedClock(MARCH)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(MARCH - minutes(1))
    clock.advance_to(MARCH)


def test_resumed_it_runs_as_fast_as_the_real_one() -> None:
    real = SimulatedClock(LATER)
    clock = SimulatedClock(MARCH, real=real)
    clock.resume()
    real.advance_to(LATER + minutes(7))
    assert clock.now() == MARCH + minutes(7)
    with pytest.raises(ValueError, match="runs"):
        clock.advance_to(MARCH + minutes(60))


def test_a_restart_goes_on_and_does_not_start_again(tmp_path: Path) -> None:
    real = SimulatedClock(LATER)
    clock = SimulatedClock(MARCH, file=tmp_path / "clock.json", real=real)
    clock.resume()
    real.advance_to(LATER + minutes(10))
    clock.resume()
    again = SimulatedClock.reopen(tmp_path / "clock.json", real=real)
    assert again.now() == clock.now() == MARCH + minutes(10)
    real.advance_to(LATER + minutes(11))
    assert SimulatedClock.reopen(tmp_path / "clock.json", real=real).now() == MARCH + minutes(11)


def test_a_simulation_that_was_never_resumed_has_nothing_to_reopen(tmp_path: Path) -> None:
    SimulatedClock(MARCH, file=tmp_path / "clock.json").advance_to(MARCH + minutes(1))
    with pytest.raises(FileNotFoundError):
        SimulatedClock.reopen(tmp_path / "clock.json")


def test_a_machine_whose_clock_is_set_back_makes_it_wait() -> None:
    class Adjusted:
        at = LATER

        def now(self) -> datetime:
            return self.at

    real = Adjusted()
    clock = SimulatedClock(MARCH, real=real)
    clock.resume()
    real.at = LATER + minutes(5)
    assert clock.now() == MARCH + minutes(5)
    real.at = LATER - minutes(60)
    assert clock.now() == MARCH + minutes(5)
    real.at = LATER + minutes(6)
    assert clock.now() == MARCH + minutes(6)


def test_every_instant_is_aware_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert SimulatedClock(MARCH.astimezone(shanghai)).now().tzinfo is UTC
    assert RealClock().now().tzinfo is UTC
    with pytest.raises(ValueError, match="offset"):
        SimulatedClock(MARCH.replace(tzinfo=None))
