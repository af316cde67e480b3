"""Any values of the types that leave the engine, made from their declarations."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff"), max_size=12)
"""With bytes that were not UTF-8."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@cache
def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type."""
    return _any_of(inspect.type_info(kind))


def _any_of(info: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: C901, PLR0912 - one case a kind of type
    match info:
        case inspect.AnyType():
            return PLAIN
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            least, most = info.ge, info.le
            return st.integers(-(2**63) if least is None else least, 2**63 - 1 if most is None else most)
        case inspect.FloatType():
            return st.floats(info.ge, info.le, allow_nan=False, allow_infinity=False)
        case inspect.StrType():
            return TEXT
        case inspect.BytesType():
            return st.binary(max_size=12)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.UnionType():
            return st.one_of(*map(_any_of, info.types))
        case inspect.VarTupleType():
            return st.lists(_any_of(info.item_type), min_size=info.min_length or 0, max_size=2).map(tuple)
        case inspect.TupleType():
            return st.tuples(*map(_any_of, info.item_types))
        case inspect.DictType():
            return st.dictionaries(_any_of(info.key_type), _any_of(info.value_type), max_size=3)
        case inspect.CustomType() if info.cls is range:
            return st.builds(range, st.integers(0, 9), st.integers(0, 9), st.integers(1, 3))
        case inspect.StructType() | inspect.DataclassType():
            return st.builds(info.cls, **{one.name: _any_of(one.type) for one in info.fields})
        case _:
            raise NotImplementedError(info)


@cache
def first(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Values of a class with nothing but what it needs."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return st.builds(kind, **{one.name: _any_of(one.type) for one in info.fields if one.required})
