"""Codes in addresses: a slash inside a code would end its segment, so it is written as a tilde there."""

from starlette.convertors import Convertor, register_url_convertor

from api.pages import address


class CodeConvertor(Convertor[str]):
    """``{unit:code}`` — a code of the domain as one segment of a path."""

    regex = "[A-Za-z0-9][A-Za-z0-9._~-]{0,63}"

    def convert(self, value: str) -> str:
        """The code that a segment names."""
        return value.replace("~", "/")

    def to_string(self, value: str) -> str:
        """The segment of a code."""
        return address(value)


def install() -> None:
    """Let routes name codes."""
    register_url_convertor("code", CodeConvertor())
