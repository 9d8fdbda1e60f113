"""结构 — the part of `msgspec` that the rules are written with, in the standard library alone; Python 3.11 or later.

The exported verifier runs the very modules by which the service counts. Those define their facts and rule sets as
`msgspec` structs; this file stands in for that package there, under its name. It is slow and says little of what it
refuses: who wants to know why a rule set is malformed asks the service.
"""

# ruff: noqa: A002, ANN401 - the names and the openness of the package that this stands in for

import dataclasses
import inspect
import json as plain
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")
Convert = Callable[[Any], Any]
_NOTHING: Any = object()


class ValidationError(ValueError):
    """A value does not have the form that its type asks for."""


class Raw(bytes):
    """JSON that is kept as it stands."""


@dataclasses.dataclass(frozen=True)
class Meta:
    """What a value must keep to beside its type."""

    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    ge: int | None = None
    le: int | None = None
    gt: int | None = None
    lt: int | None = None
    tz: bool | None = None
    description: str | None = None


def field(*, default: Any = _NOTHING, default_factory: Any = _NOTHING, name: str | None = None) -> Any:
    """A field with a default that is made anew each time, or with another name on the wire."""
    metadata = {"name": name} if name else {}
    if default_factory is not _NOTHING:
        return dataclasses.field(default_factory=default_factory, metadata=metadata)
    if default is not _NOTHING:
        return dataclasses.field(default=default, metadata=metadata)
    return dataclasses.field(metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Config:
    """How a struct is written and read."""

    omit_defaults: bool = False
    forbid_unknown_fields: bool = False


class Struct:
    """A record of named values; subclasses say their fields as a dataclass does."""

    __struct_fields__: typing.ClassVar[tuple[str, ...]] = ()
    __struct_config__: typing.ClassVar[Config] = Config()
    __struct_names__: typing.ClassVar[dict[str, str]] = {}

    def __init_subclass__(
        cls,
        *,
        kw_only: bool = False,
        omit_defaults: bool | None = None,
        forbid_unknown_fields: bool | None = None,
        rename: Mapping[str, str] | None = None,
        **unused: Any,
    ) -> None:
        """Make a dataclass of the subclass; options that only make `msgspec` faster or stricter are left."""
        super().__init_subclass__()
        for name in inspect.get_annotations(cls):
            default = cls.__dict__.get(name)
            if isinstance(default, dict | list | set):
                setattr(cls, name, dataclasses.field(default_factory=default.copy))
        dataclasses.dataclass(unsafe_hash=True, kw_only=kw_only)(cls)
        known, inherited = dataclasses.fields(typing.cast(Any, cls)), cls.__struct_config__
        cls.__struct_fields__ = tuple(one.name for one in known)
        cls.__struct_config__ = Config(
            inherited.omit_defaults if omit_defaults is None else omit_defaults,
            inherited.forbid_unknown_fields if forbid_unknown_fields is None else forbid_unknown_fields,
        )
        own = {one.name: one.metadata["name"] for one in known if "name" in one.metadata}
        cls.__struct_names__ = {**cls.__struct_names__, **own, **(rename or {})}


def _written(value: Any) -> Any:
    """A value as JSON's own kinds."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Struct):
        return _fields_written(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Raw):
        return plain.loads(value)
    if _is(value, Mapping):
        return {_written(key): _written(one) for key, one in value.items()}
    if _is(value, Sequence):
        return [_written(one) for one in value]
    raise TypeError(f"{type(value).__name__} is not written")


def _is(value: object, kind: type) -> bool:
    """As `isinstance`, for whoever checks types: what is inside stays open."""
    return isinstance(value, kind)


def _fields_written(value: Struct) -> dict[str, Any]:
    names, omit = type(value).__struct_names__, type(value).__struct_config__.omit_defaults
    found: dict[str, Any] = {}
    for one in dataclasses.fields(typing.cast(Any, value)):
        said = getattr(value, one.name)
        if not omit or one.default is dataclasses.MISSING or said != one.default:
            found[names.get(one.name, one.name)] = _written(said)
    return found


class _Json(types.SimpleNamespace):
    """`msgspec.json`."""

    @staticmethod
    def encode(value: Any, *, order: str | None = None) -> bytes:
        """The value as JSON in UTF-8 without white space."""
        return plain.dumps(
            _written(value), ensure_ascii=False, separators=(",", ":"), sort_keys=order == "sorted"
        ).encode()

    @staticmethod
    def decode(data: bytes | str, type: Any = Any) -> Any:
        """The value that JSON says, as the type."""
        return convert(plain.loads(data), type)

    class Decoder:
        """Decodes one type."""

        def __init__(self, type: Any = Any, *, strict: bool = True) -> None:
            self._type = type

        def decode(self, data: bytes | str) -> Any:
            """The value that JSON says."""
            return _Json.decode(data, self._type)

    class Encoder:
        """Encodes in one order."""

        def __init__(self, *, order: str | None = None) -> None:
            self._order = order

        def encode(self, value: Any) -> bytes:
            """The value as JSON."""
            return _Json.encode(value, order=self._order)


@dataclasses.dataclass(frozen=True)
class FieldInfo:
    """A field, its name on the wire, and whether it must be there."""

    name: str
    encode_name: str
    required: bool


class _Structs(types.SimpleNamespace):
    """`msgspec.structs`."""

    @staticmethod
    def replace(value: T, **changes: Any) -> T:
        """The same with other values for some fields."""
        return typing.cast(T, dataclasses.replace(typing.cast(Any, value), **changes))

    @staticmethod
    def fields(kind: type[Struct]) -> tuple["FieldInfo", ...]:
        """The fields of a struct in order."""
        names, missing = kind.__struct_names__, dataclasses.MISSING
        return tuple(
            FieldInfo(
                one.name, names.get(one.name, one.name), one.default is missing and one.default_factory is missing
            )
            for one in dataclasses.fields(typing.cast(Any, kind))
        )

    @staticmethod
    def asdict(value: Struct) -> dict[str, Any]:
        """Fields by name, what they hold untouched."""
        return {name: getattr(value, name) for name in value.__struct_fields__}


json = _Json()
structs = _Structs()


def convert(value: Any, type: Any, *, strict: bool = True) -> Any:
    """A value of JSON's own kinds as the type; raises ValidationError."""
    return _converter(type)(value)


@cache
def _converter(wanted: Any) -> Convert:
    """What makes a type of a value; made once."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is typing.Annotated:
        return _kept_to(_converter(inner[0]), [one for one in inner[1:] if isinstance(one, Meta)])
    if origin is typing.Literal:
        return lambda value: value if value in inner else _refuse(value, wanted)
    if origin in (typing.Union, types.UnionType):
        return _either(inner)
    if origin is tuple:
        return _tuple(inner)
    if origin in (list, Sequence):
        one = _converter(inner[0])
        return lambda value: [one(each) for each in _checked(value, list)]
    if origin in (dict, Mapping):
        key, held = _converter(inner[0]), _converter(inner[1])
        return lambda value: {key(name): held(each) for name, each in _checked(value, dict).items()}
    return _simple(wanted)


def _simple(wanted: Any) -> Convert:
    if wanted in (Any, object):
        return lambda value: value
    if wanted is None or wanted is type(None):
        return lambda value: value if value is None else _refuse(value, wanted)
    if wanted is int:
        return lambda value: value if type(value) is int else _refuse(value, wanted)
    if wanted is UUID:
        return lambda value: UUID(_checked(value, str))
    if wanted is datetime:
        return lambda value: datetime.fromisoformat(_checked(value, str).replace("Z", "+00:00"))
    if wanted is date:
        return lambda value: date.fromisoformat(_checked(value, str))
    if wanted is Raw:
        return lambda value: Raw(_Json.encode(value, order="sorted"))
    if isinstance(wanted, type) and issubclass(wanted, Struct):
        return _Maker(wanted)
    return lambda value: _checked(value, typing.cast("type[object]", wanted))


def _refuse(value: object, wanted: object) -> Any:
    raise ValidationError(f"{value!r:.80} is not {wanted}")


def _checked(value: Any, wanted: type) -> Any:
    return value if isinstance(value, wanted) else _refuse(value, wanted)


def _kept_to(made: Convert, metas: Sequence[Meta]) -> Convert:
    def kept(value: Any) -> Any:
        found = made(value)
        for meta in metas:
            if not _holds(found, meta):
                _refuse(value, meta)
        return found

    return kept


def _holds(value: Any, meta: Meta) -> bool:
    if meta.pattern is not None and not re.search(meta.pattern, value):
        return False
    if meta.min_length is not None and len(value) < meta.min_length:
        return False
    if meta.max_length is not None and len(value) > meta.max_length:
        return False
    if meta.ge is not None and value < meta.ge:
        return False
    return meta.le is None or value <= meta.le


def _either(kinds: Sequence[Any]) -> Convert:
    made = [_converter(one) for one in kinds]

    def first(value: Any) -> Any:
        for one in made:
            try:
                return one(value)
            except ValueError:
                continue
        return _refuse(value, kinds)

    return first


def _tuple(inner: Sequence[Any]) -> Convert:
    if len(inner) == 2 and inner[1] is Ellipsis:
        one = _converter(inner[0])
        return lambda value: tuple(one(each) for each in _checked(value, list))
    made = [_converter(each) for each in inner]
    return lambda value: tuple(one(each) for one, each in zip(made, _checked(value, list), strict=True))


class _Maker:
    """Makes one struct of an object; its hints are looked up at the first use, when all modules are there."""

    def __init__(self, wanted: type[Struct]) -> None:
        self._wanted = wanted
        self._fields: dict[str, tuple[str, Convert]] = {}

    def __call__(self, value: Any) -> Any:
        if not self._fields:
            hints = typing.get_type_hints(self._wanted, include_extras=True)
            names = self._wanted.__struct_names__
            self._fields = {
                names.get(name, name): (name, _converter(hints[name])) for name in self._wanted.__struct_fields__
            }
        given: dict[str, Any] = {}
        for key, said in _checked(value, dict).items():
            known = self._fields.get(key)
            if known is not None:
                given[known[0]] = known[1](said)
            elif self._wanted.__struct_config__.forbid_unknown_fields:
                _refuse(key, self._wanted)
        try:
            return self._wanted(**given)
        except TypeError as missing:
            raise ValidationError(str(missing)) from missing
