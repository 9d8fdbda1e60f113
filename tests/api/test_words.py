"""The catalogues: complete, alike, used; and no sentence anywhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest
from babel.messages.catalog import Catalog

from api.words import LANGUAGES, catalogue, chosen, words_of
from domain.notice.notice import Notice
from domain.permissions import GRANTS
from domain.recording.filling import OUTCOMES
from domain.rules.altering import SECTIONS
from domain.rules.items import Mode
from domain.rules.scheme import Scheme
from domain.rules.wording import Ratio, Written

API = Path(__file__).parents[2] / "api"
TEMPLATES = sorted((API / "templates").glob("*.html"))
SOURCES = [path for path in sorted(API.rglob("*.py")) if "workbook" not in path.parts]
CHINESE = re.compile(r"[\u3400-\u9fff]")

KEY = re.compile(r"""_\(\s*"([a-z0-9_.\-A-Z]+)"\s*[,)]""")
FAMILIES = re.compile(r"""_\(\s*"([a-z_.]+\.)" ~""")


def _keys(catalog: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalog if message.id}


def test_both_languages_have_the_same_keys_and_figures() -> None:
    zh, en = (_keys(catalogue(language)) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    for key in zh:
        assert zh[key], key
        assert en[key], key
        figures = [sorted(re.findall(r"\{([a-z_]+)\}", text)) for text in (zh[key], en[key])]
        assert figures[0] == figures[1], key


def test_every_key_that_a_page_names_is_in_the_catalogues() -> None:
    known = words_of("zh").messages
    for path in TEMPLATES:
        for key in KEY.findall(path.read_text()):
            assert key in known, (path.name, key)


def test_every_family_of_keys_covers_what_the_domain_may_say() -> None:
    known = words_of("zh").messages
    families = {family for path in TEMPLATES for family in FAMILIES.findall(path.read_text())}
    assert {"role.", "outcome.", "status.", "period.", "effect."} <= families
    holders = {grant.holder for grant in GRANTS}
    states = {state for grant in GRANTS for state in grant.states} | {"drafted", "checked", "posted", "closed"}
    outcomes = {outcome for each in OUTCOMES.values() for outcome in each}
    assert {f"role.{holder}" for holder in holders} <= known.keys()
    assert {f"relation.{grant.relation}" for grant in GRANTS} <= known.keys()
    assert {f"status.{state}" for state in states} <= known.keys()
    assert {f"outcome.{outcome}" for outcome in outcomes} <= known.keys()
    assert {f"rule_figure.{field}" for field in _figures()} <= known.keys()
    modes: tuple[Mode, ...] = ("earn", "ratio", "assigned")
    assert {f"sheet.fill_hint.{mode}" for mode in modes} <= known.keys()
    assert Notice.__struct_fields__  # the states above are those of this struct


def _figures() -> Iterator[str]:
    """The fields of a rule set that hold a figure which may be supposed to be another; and sections without codes."""
    hints = get_type_hints(Scheme, include_extras=True)
    for section in SECTIONS:
        for kind in _structs(hints[section]):
            fields = get_type_hints(kind, include_extras=True)
            if "code" not in fields:
                yield f"section.{section}"
            yield from (name for name, said in fields.items() if {Written, Ratio} & {said, *get_args(said)})


def _structs(said: object) -> list[type[msgspec.Struct]]:
    if isinstance(said, type) and issubclass(said, msgspec.Struct):
        return [said]
    return [kind for part in get_args(said) for kind in _structs(part)]


def test_no_key_of_the_catalogues_is_idle() -> None:
    text = "\n".join(path.read_text() for path in (*TEMPLATES, *SOURCES))
    families = set(FAMILIES.findall(text)) | {"fact.", "profile.", "notice.results."}
    idle = [
        key
        for key in words_of("zh").messages
        if f'"{key}"' not in text and not any(key.startswith(family) for family in families)
    ]
    assert idle == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_sentence(path: Path) -> None:
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"<pre\b.*?</pre>", "", text, flags=re.DOTALL)
    assert CHINESE.findall(re.sub(r'lang="zh-CN">中文', "", text)) == []
    words = re.findall(r">\s*([A-Za-z][A-Za-z ]{14,})<", text)
    assert words == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(API)))
def test_no_code_holds_a_sentence_but_in_docstrings_and_examples(path: Path) -> None:
    if path.name == "examples.py":
        return
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    spoken = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        if CHINESE.search(node.value)
    ]
    # The pattern that takes a docstring apart, and the mark between names in a choice.
    assert [text for text in spoken if "。" not in text and text != "、"] == []


def test_an_unknown_language_is_chinese() -> None:
    assert chosen(None, None) == "zh"
    assert chosen("fr", "fr") == "zh"
    assert chosen("en", "zh") == "en"
