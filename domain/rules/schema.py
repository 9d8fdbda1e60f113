"""The JSON Schema of a rule set, for editors and for other people's programs."""

from typing import Final

import msgspec

from domain.rules.scheme import Scheme

_TITLE: Final = "Steelyard rule set 公平秤规则文件"


def json_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of one rule set, made from the types that load it.

    It covers the form only: what the parts must say together is said by `domain.rules.lint`.
    """
    made = msgspec.json.schema(Scheme)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": _TITLE, **made}
