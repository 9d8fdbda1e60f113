"""An outsider derives again what was determined anew, and what a probation window came to."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from domain.assessment.ordering import RightRecord
from domain.entry import encode
from domain.leaf import leaf_hash
from domain.objection.objection import Correction
from projections.transparency.export import export
from projections.transparency.note import Signer
from projections.transparency.offline.own import replay_own
from projections.transparency.offline.replay import Differs, Tally, Told, replay
from projections.transparency.publisher import publish_once
from projections.transparency.scope import WHOLE, Chosen, Scope, told_by
from tests.domain.assessment.test_adding import honour
from tests.domain.assessment.test_following import base, computed_next, follows
from tests.domain.assessment.test_restatement import C, D, absence_of
from tests.domain.assessment.test_year import DETERMINED
from tests.domain.branch import BRANCH
from tests.domain.given import Given
from tests.domain.probationer import NEWCOMER, looked, window_with
from tests.domain.restated import adopted, approved, computed, ordered, with_leaders
from tests.domain.year import YEAR
from tests.projections.transparency import ledgers
from tests.projections.transparency.conftest import TABLE
from tests.projections.transparency.test_verify import run
from tests.projections.transparency.worked import entries_of, rows

States = tuple[bytes, ...]


def put_right(known: Given) -> Given:
    """A record of C is put right, an honour of D added."""
    right = RightRecord(
        member=C, record=absence_of(C), right=Correction(outcome="attended"), occurred_on=date(YEAR, 5, 4)
    )
    order = ordered(corrections=(right,), additions=(honour(),))
    return known.given(order, computed(), approved(), *adopted())


@cache
def restated_log() -> States:
    """The next year carries its share of D's new total over."""
    return bytes_of(put_right(base()).given(follows(), computed_next()))


@cache
def probation_log() -> States:
    """A first window that ended below the points."""
    return bytes_of(window_with(6700).given(looked()))


def bytes_of(given: Given) -> States:
    return tuple(encode(one) for one in entries_of(list(given.world.said)))


def counted_again(states: States, tally: Tally, member: UUID | None = None, *, by_tally: bool = False) -> list[Differs]:
    values = [json.loads(state) for state in states]
    told = (
        Told(line, value, leaf_hash(state).hex())
        for line, (state, value) in enumerate(zip(states, values, strict=True), 1)
    )
    read: Callable[[int], Any] = lambda line: values[line - 1]  # noqa: E731 - it reads this log
    found = replay(told, read, {}, tally) if member is None else replay_own(told, read, member, tally, told=by_tally)
    return [one for one in found if not _invented(values[one.line - 1])]


def _invented(entry: dict[str, Any]) -> bool:
    """Of the next year, which was simply put there as determined: nothing before it gives its figures."""
    kinds = ("period-determined", "member-computed", "score-determined", "grade-determined")
    return entry["type"] in kinds and entry["fact"]["year"] == YEAR + 1


def own_of(member: UUID, states: States, withheld: frozenset[str] = frozenset()) -> States:
    """What an export of one person holds."""
    found = Chosen(Scope(member=member), withheld)
    for take in (found.learn, found.choose):
        for state in states:
            take(told_by(state))
    return tuple(state for state in states if found.holds(state))


def altered(states: States, kind: str, field: str, value: object, about: UUID | None = None) -> tuple[int, States]:
    """The log with the last entry of a kind saying something else, and its line."""
    said = [json.loads(state) for state in states]
    there = [
        line
        for line, one in enumerate(said)
        if one["type"] == kind and (about is None or one["fact"]["member"] == str(about))
    ]
    fact = said[there[-1]]["fact"]
    assert fact[field] != value
    fact[field] = value
    wrong = msgspec.json.encode(said[there[-1]], order="sorted")
    return there[-1] + 1, (*states[: there[-1]], wrong, *states[there[-1] + 1 :])


def test_what_was_determined_anew_is_derived_again_to_the_cent() -> None:
    tally = Tally()
    assert counted_again(restated_log(), tally) == []
    assert tally.restated == 2


@pytest.mark.parametrize("member", [C, D])
def test_a_person_derives_his_own_new_result_from_what_is_his(member: UUID) -> None:
    tally, own = Tally(), own_of(member, restated_log())
    assert counted_again(own, tally, member) == []
    assert tally.restated == 1
    others = [one for one in map(json.loads, own) if one["type"] in ("member-restated", "correction-ordered")]
    assert {one["fact"]["member"] for one in others} == {str(member)}


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("score-determined", "total", "99.99"),
        ("member-computed", "ledger", "99.99"),
        ("member-restated", "before_total", "1.00"),
        ("determination-superseded", "by_version", 7),
        ("record-replaced", "quantity", "9.00"),
        ("line-restated", "new", "9.00"),
        ("restatement-computed", "digest", "0" * 64),
    ],
)
def test_a_new_figure_that_the_records_do_not_give_is_named(kind: str, field: str, value: object) -> None:
    line, states = altered(restated_log(), kind, field, value)
    assert counted_again(states, Tally())[0][:2] == (line, field)


@pytest.mark.parametrize("kind", ["score-determined", "member-restated"])
def test_a_person_finds_a_new_figure_of_his_that_is_wrong(kind: str) -> None:
    field = "total" if kind == "score-determined" else "before_total"
    line, states = altered(own_of(C, restated_log()), kind, field, "1.00", C)
    assert counted_again(states, Tally(), C)[0][:2] == (line, field)


@pytest.mark.parametrize("member", [None, NEWCOMER])
def test_a_probation_window_is_counted_again(member: UUID | None) -> None:
    states = probation_log() if member is None else own_of(member, probation_log())
    tally = Tally()
    assert counted_again(states, tally, member) == []
    assert tally.windows == 1
    line, wrong = altered(states, "extension-proposed", "total", "70.00")
    assert counted_again(wrong, Tally(), member)[0][:2] == (line, "total")
    line, wrong = altered(states, "points-recorded", "quantity", "9.00")
    assert json.loads(wrong[counted_again(wrong, Tally(), member)[0].line - 1])["type"] == "extension-proposed"


Exporting = Callable[[Scope], Path]


@pytest.fixture(scope="module")
def folder(server: str, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporting]:
    """Exports of the log in which one year was put right."""
    at = tmp_path_factory.mktemp("restated")
    states = bytes_of(put_right(with_leaders(DETERMINED)))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(TABLE)
        publish_once(connection, at / "log", signer, state_folder=at / "state")
        ledgers.copy_in(connection, rows(states))
        publish_once(connection, at / "log", signer, state_folder=at / "state")

        @cache
        def made(scope: Scope) -> Path:
            target = at / f"{scope.unit}-{scope.member}-{scope.year}"
            return export(connection, at / "log", target, signer.verifier, scope=scope).folder

        yield made


@pytest.mark.parametrize(
    "scope", [WHOLE, Scope(unit=BRANCH), Scope(year=YEAR), Scope(member=C), Scope(member=C, year=YEAR)], ids=str
)
def test_the_exported_file_derives_it_without_our_packages(folder: Exporting, scope: Scope) -> None:
    answer = run(folder(scope) / "verify.py", folder(scope))
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    assert f"{1 if scope.member else 2} result(s) determined anew" in answer.stdout
