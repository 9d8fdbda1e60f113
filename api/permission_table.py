"""权限表的文档 — the permission table as a page of the documents: ``python -m api.permission_table``."""

import sys

from api.words import words_of
from domain.permissions import GRANTS, Grant


def markdown() -> str:
    """The table in both languages, one row per operation, in the order of the code."""
    zh, en = words_of("zh"), words_of("en")
    lines = [
        f"# {zh('permissions.title')} · {en('permissions.title')}",
        "",
        f"{zh('permissions.lead')} {en('permissions.lead')}",
        "",
        f"|{zh('permissions.operation')} {en('permissions.operation')}|{zh('permissions.holders')}"
        f"|{en('permissions.holders')}|",
        "|---|---|---|",
    ]
    for operation in dict.fromkeys(grant.operation for grant in GRANTS):
        cells = [grant for grant in GRANTS if grant.operation == operation]
        told = ("<br>".join(_cell(grant, language) for grant in cells) for language in ("zh", "en"))
        lines.append(f"|`{operation}`|{'|'.join(told)}|")
    return "\n".join(lines) + "\n"


def _cell(grant: Grant, language: str) -> str:
    words = words_of("zh" if language == "zh" else "en")
    parts = [words(f"role.{grant.holder}"), words(f"relation.{grant.relation}")]
    if grant.states:
        parts.append(" / ".join(words(f"status.{state}") for state in grant.states))
    return " · ".join(parts)


if __name__ == "__main__":
    sys.stdout.write(markdown())
