"""An export of one organisation, person or year: whole in its scope, and nothing in it can be altered unseen."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest
import rfc8785

from domain.sealed import Secret
from domain.vocabulary import FACT_TERMS
from projections.transparency import verify
from projections.transparency.export import export
from projections.transparency.note import Signer
from projections.transparency.publisher import publish_once
from projections.transparency.refusals import ScopeEmpty
from projections.transparency.scope import ALWAYS, KIND_OF, PERSONAL, RESTATED, WHOLE, Scope, time_of
from tests.domain.branch import BRANCH, who
from tests.domain.year import YEAR
from tests.projections.transparency import ledgers
from tests.projections.transparency.conftest import TABLE
from tests.projections.transparency.test_verify import Copy, run
from tests.projections.transparency.worked import SEED, rows, worked_log

MEMBER = who("C")
SCOPES = {
    "whole": WHOLE,
    "unit": Scope(unit=BRANCH),
    "member": Scope(member=MEMBER),
    "year": Scope(year=YEAR),
    "unit and year": Scope(unit=BRANCH, year=YEAR),
    "half": Scope(year=YEAR, period="H1"),
    "unit and half": Scope(unit=BRANCH, year=YEAR, period="H2"),
    "whole period": Scope(unit=BRANCH, year=YEAR, period="Y"),
}
PARTS = [name for name in SCOPES if name != "whole"]
GRADED = [name for name in PARTS if "half" not in name]


@dataclass
class Exports:
    """The same log in every scope."""

    folders: dict[str, Path]
    copies: dict[str, Copy]


@pytest.fixture(scope="module")
def exports(server: str, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    base = tmp_path_factory.mktemp("scopes")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(TABLE)
        publish_once(connection, base / "log", signer, state_folder=base / "state")
        ledgers.copy_in(connection, rows())
        publish_once(connection, base / "log", signer, state_folder=base / "state")
        folders: dict[str, Path] = {}
        for name, scope in SCOPES.items():
            for turn in ("", " again"):
                folders[name + turn] = export(
                    connection, base / "log", base / (name + turn), signer.verifier,
                    scope=scope, open_sealed=lambda wanted: dict.fromkeys(wanted, SEED),
                ).folder  # fmt: skip
        with pytest.raises(ScopeEmpty):
            export(connection, base / "log", base / "none", signer.verifier, scope=Scope(unit="NOWHERE"))
        with pytest.raises(ScopeEmpty):
            export(connection, base / "log", base / "none", signer.verifier, scope=Scope(member=UUID(int=1)))
        with pytest.raises(ScopeEmpty):
            export(connection, base / "log", base / "none", signer.verifier, scope=Scope(year=YEAR, period="Q1"))
        assert not (base / "none").exists()
    return Exports(folders, {name: Copy.of(folder) for name, folder in folders.items()})


@pytest.mark.parametrize("name", SCOPES)
def test_the_same_export_twice_is_the_same_to_the_byte(exports: Exports, name: str) -> None:
    assert exports.copies[name].files == exports.copies[name + " again"].files


@pytest.mark.parametrize("name", SCOPES)
def test_an_untouched_scope_is_whole_and_is_counted_again(exports: Exports, name: str) -> None:
    report = verify.verify_folder(exports.copies[name], scores=True)
    assert report.problems == []
    assert (report.size, report.shown) == (len(worked_log()), len(exports.copies[name].entries()))
    assert report.rounds
    assert report.scores
    half = "half" in name
    assert report.states == (0 if half else 1)
    assert bool(report.grades) != half
    assert report.imported == (1 if half else 2)  # of the years before: they can bear on a measure


def test_only_a_unit_s_entries_are_shown_and_all_of_them(exports: Exports) -> None:
    shown = exports.copies["unit"].entries()
    assert {state for state in worked_log() if f'"unit":"{BRANCH}"'.encode() in state} <= set(shown)
    kinds = {json.loads(state)["type"] for state in set(worked_log()) - set(shown)}
    assert kinds <= {"role-appointed", "member-registered", "member-enrolled"}


def test_a_person_s_export_names_no_other_person_s_points(exports: Exports) -> None:
    for state in exports.copies["member"].entries():
        entry = json.loads(state)
        if entry["type"] in ("points-recorded", "member-computed", "score-determined", "grade-determined"):
            assert entry["fact"]["member"] == str(MEMBER)


def test_of_a_half_year_its_own_figures_and_days_are_shown_and_no_other_half_s(exports: Exports) -> None:
    told = [json.loads(state) for state in exports.copies["half"].entries()]
    assert {one["fact"]["period"] for one in told if one["type"] in ("member-computed", "period-opened")} == {"H1"}
    assert [one for one in told if one["type"] == "score-determined"]
    days = {one["fact"]["dated_on"] for one in told if one["type"] == "honour-claimed"}
    assert all(f"{YEAR}-01-01" <= day <= f"{YEAR}-06-30" for day in days)


def test_an_altered_figure_of_a_half_is_named(exports: Exports) -> None:
    copy = exports.copies["unit and half"]
    line = lines_of(copy, "score-determined")[-1]
    problem = first_of(rewritten(copy, line, b'"total":"', b'"total":"1'))
    assert (problem.code, problem.position) == ("entry-altered", position_of(copy, line))


@pytest.mark.parametrize("text", ["26", "2026-", "2026-H1\n", "H1", "2026-H 1"])
def test_what_is_neither_a_year_nor_a_period_of_one_is_no_time(text: str) -> None:
    assert (time_of(""), time_of("2026"), time_of("2026-H1")) == ((None, None), (2026, None), (2026, "H1"))
    with pytest.raises(ValueError, match=text[:2]):
        time_of(text)


def test_the_file_itself_says_so_without_our_packages(exports: Exports) -> None:
    answer = run(exports.folders["unit"] / "verify.py", exports.folders["unit"])
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "39 scores" in answer.stdout
    assert "2 result(s) and record(s) of earlier years were imported" in answer.stdout


def test_what_was_proved_is_written_as_tables_and_nothing_else_is(exports: Exports, tmp_path: Path) -> None:
    folder, tables = exports.folders["unit"], tmp_path / "tables"
    assert run(folder / "verify.py", folder, "--no-scores", "--csv", tables).returncode == 0
    entries = [json.loads(state) for state in exports.copies["unit"].entries()]
    assert {file.stem for file in tables.iterdir()} == {entry["type"] for entry in entries}
    positions = [int(one) for one in exports.copies["unit"].files["positions"].split()]
    with (tables / "points-recorded.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [
        (position, one) for position, one in zip(positions, entries, strict=True) if one["type"] == "points-recorded"
    ]
    assert len(rows) == len(told)
    for row, (position, entry) in zip(rows, told, strict=True):
        assert (row["position"], row["at"], row["stream"]) == (str(position), entry["at"], entry["stream"])
        assert {name: row[f"fact.{name}"] for name in entry["fact"]} == {
            name: verify.cell_of(value) for name, value in entry["fact"].items()
        }
    # Never over what is there, and not of a folder in which anything is wrong.
    assert run(folder / "verify.py", folder, "--no-scores", "--csv", tables).returncode == 2
    broken = exports.copies["unit"].changed(README=b"").write(tmp_path / "broken")
    assert run(broken / "verify.py", broken, "--no-scores", "--csv", tmp_path / "none").returncode == 1
    assert not (tmp_path / "none").exists()


OPENING = {"objection-filed", "review-opened", "export-produced"}
"""Facts that name a person and are always the first of their stream."""


def test_whatever_names_a_person_may_stand_alone_in_his_export() -> None:
    """Else his export would look as if a version of the stream that others share were missing."""
    naming = {
        term.stored_name
        for term in FACT_TERMS
        if {"member", "subject"} & set(term.fact.__struct_fields__)
        and KIND_OF[term.stored_name] not in PERSONAL | ALWAYS
    }
    assert (naming | RESTATED) - OPENING <= verify.ALONE


@pytest.mark.parametrize("kind", ["../../x", "/outside", "", "Points", "a" * 65])
def test_a_type_that_could_name_another_place_is_no_type(exports: Exports, kind: str) -> None:
    entry = json.loads(exports.copies["whole"].entries()[0]) | {"type": kind}
    with pytest.raises(verify.Bad):
        verify.Rules().take(rfc8785.dumps(entry))


def left_out(copy: Copy, line: int) -> Copy:
    """Without one entry, everything else made to fit."""
    states = copy.entries()
    positions = copy.files["positions"].split(b"\n")[:-1]
    del states[line], positions[line]
    return copy.with_files(
        {
            "entries.jsonl": b"".join(state + b"\n" for state in states),
            "positions": b"".join(position + b"\n" for position in positions),
        }
    )


def lines_of(copy: Copy, kind: str) -> list[int]:
    return [line for line, state in enumerate(copy.entries()) if json.loads(state)["type"] == kind]


@pytest.mark.parametrize("name", PARTS)
def test_a_record_left_out_of_the_middle_is_missed_at_the_next_of_its_stream(exports: Exports, name: str) -> None:
    copy = exports.copies[name]
    line = lines_of(copy, "points-recorded")[0]
    stream = json.loads(copy.entries()[line])["stream"]
    following = next(n for n, state in enumerate(copy.entries()) if n > line and json.loads(state)["stream"] == stream)
    problem = verify.verify_folder(left_out(copy, line), scores=True).problems[0]
    assert (problem.code, problem.position) == ("entry-wrong", int(copy.files["positions"].split(b"\n")[following]))
    assert problem.stream == stream


def first_of(copy: Copy) -> verify.Problem:
    report = verify.verify_folder(copy, scores=True)
    assert not report.whole
    return report.problems[0]


def position_of(copy: Copy, line: int) -> int:
    return int(copy.files["positions"].split(b"\n")[line])


def rewritten(copy: Copy, line: int, old: bytes, new: bytes) -> Copy:
    """With one entry saying something else, and a MANIFEST that agrees."""
    states = copy.entries()
    assert old in states[line]
    states[line] = states[line].replace(old, new)
    return copy.with_files({"entries.jsonl": b"".join(state + b"\n" for state in states)})


def test_a_person_s_last_record_left_out_is_missed_where_the_state_was_committed(exports: Exports) -> None:
    copy = exports.copies["member"]
    last = [n for n in lines_of(copy, "archive-sealed") if f'"member":"{MEMBER}"'.encode() in copy.entries()[n]][-1]
    problem = first_of(left_out(copy, last))
    assert (problem.code, problem.type) == ("state-differs", "state-committed")


@pytest.mark.parametrize("name", ["unit", "year", "unit and year"])
def test_a_whole_archive_left_out_is_missed_where_it_was_counted(exports: Exports, name: str) -> None:
    copy = exports.copies[name]
    lines = [n for n, state in enumerate(copy.entries()) if b'"type":"honour-added"' in state]
    stream = json.loads(copy.entries()[lines[0]])["stream"]
    for line in reversed([n for n, state in enumerate(copy.entries()) if f'"stream":"{stream}"'.encode() in state]):
        copy = left_out(copy, line)
    assert first_of(copy).type in ("completeness-checked", "member-computed")


@pytest.mark.parametrize("name", GRADED)
@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("score-determined", b'"total":"', b'"total":"1'),
        ("grade-determined", b'"grade":"', b'"grade":"x'),
        ("rule-part-added", b'"section":"', b'"section":"x'),
        ("points-recorded", b'"outcome":"', b'"outcome":"x'),
        ("state-committed", b'"root":"', b'"root":"0'),
        ("calendar-published", b'"days_off":["', b'"days_off":["2026-03-03","'),
    ],
)
def test_an_altered_entry_is_named_though_the_manifest_was_repaired(
    exports: Exports, name: str, kind: str, old: bytes, new: bytes
) -> None:
    copy = exports.copies[name]
    line = lines_of(copy, kind)[-1]
    problem = first_of(rewritten(copy, line, old, new))
    assert (problem.code, problem.position, problem.type) == ("entry-altered", position_of(copy, line), kind)


def test_an_altered_entry_whose_hashes_were_all_made_to_fit_is_in_no_signed_tree(exports: Exports) -> None:
    copy = exports.copies["whole"]
    states = copy.entries()
    line = lines_of(copy, "score-determined")[-1]
    states[line] = states[line].replace(b'"total":"', b'"total":"1')
    problem = first_of(copy.with_entries(states, tiles=True))
    assert (problem.code, problem.last) == ("range-altered", len(states))


def test_a_figure_that_was_wrong_before_it_was_signed_is_named(
    server: str, signer: Signer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever holds the key and the database can sign any total, but not make the records give it."""
    base = tmp_path_factory.mktemp("forged")
    forged = list(rows())
    line = max(n for n, row in enumerate(forged) if row[3] == "score-determined")
    position, stream, version, kind, state = forged[line]
    forged[line] = position, stream, version, kind, state.replace(b'"ledger":"', b'"ledger":"1')
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(TABLE)
        publish_once(connection, base / "log", signer, state_folder=base / "state")
        ledgers.copy_in(connection, forged)
        publish_once(connection, base / "log", signer, state_folder=base / "state")
        whole = export(connection, base / "log", base / "whole", signer.verifier)
        assert verify.verify_folder(verify.Folder(whole.folder)).whole
        problem = first_of(Copy.of(whole.folder))
    assert (problem.code, problem.position, problem.type) == ("figure-differs", position, "score-determined")
    assert "ledger" in problem.detail


def test_another_seed_in_the_place_of_the_disclosed_one_is_named(exports: Exports) -> None:
    copy = exports.copies["unit"]
    other = Secret(subject=SEED.subject, name="seed", value="another", salt="salt")
    line = msgspec.json.encode({"commitment": SEED.commitment, "disclosure": other.disclosure}) + b"\n"
    assert first_of(copy.with_files({"disclosures.jsonl": line})).code == "disclosure-wrong"


def test_another_leaf_in_the_place_of_a_person_s_own_is_named(exports: Exports) -> None:
    copy = exports.copies["member"]
    opening = json.loads(copy.files["openings.jsonl"])
    for change in ({"index": opening["index"] + 1}, {"path": opening["path"][1:]}, {"disclosure": "W10"}):
        line = msgspec.json.encode(dict(sorted({**opening, **change}.items()))) + b"\n"
        problem = first_of(copy.with_files({"openings.jsonl": line}))
        assert (problem.code, problem.position) == ("state-differs", opening["position"])


def test_entries_that_changed_places_are_named(exports: Exports) -> None:
    copy = exports.copies["unit"]
    states = copy.entries()
    line = lines_of(copy, "points-recorded")[3]
    states[line], states[line + 1] = states[line + 1], states[line]
    altered = copy.with_files({"entries.jsonl": b"".join(state + b"\n" for state in states)})
    assert first_of(altered).position == position_of(copy, line)


@pytest.mark.parametrize(
    "files",
    [
        {"positions": b""},
        {"positions": b"2\n1\n"},
        {"positions": b"01\n"},
        {"scope.json": b"{}"},
        {"scope.json": b"[]"},
        {"scope.json": b'{"member":null,"unit":null}'},
        {"openings.jsonl": b"[]\n"},
    ],
)
def test_a_malformed_scope_is_an_answer_and_no_accident(exports: Exports, files: dict[str, bytes]) -> None:
    assert first_of(exports.copies["unit"].with_files(files)).code in (
        "scope-malformed", "opening-wrong", "view-differs",
    )  # fmt: skip


def test_a_checkpoint_from_outside_that_speaks_of_another_log_is_named(exports: Exports, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(exports.copies["unit"].files["checkpoint"])
    trusted = verify.Trusted(tmp_path / "checkpoint")
    assert verify.verify_folder(exports.copies["unit"], trusted=trusted).trusted == 1
