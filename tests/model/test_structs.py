from __future__ import annotations

import importlib
import pkgutil

import msgspec
import pytest

import backstay.model
from backstay.model.backend import Backend
from backstay.model.codec import FACT_KINDS, FACT_TYPES
from backstay.model.data import Column, ForeignKey, Index, IndexKey, Name, TableSize
from backstay.model.findings import Finding, Fix
from backstay.model.places import Place

STRUCTS = sorted(
    {
        value
        for module in pkgutil.iter_modules(backstay.model.__path__)
        for value in vars(importlib.import_module(f"backstay.model.{module.name}")).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct)
    }
    - {msgspec.Struct},
    key=lambda each: each.__qualname__,
)
HERE = Place(file="schema.sql", start=0, end=5)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda each: each.__name__)
def test_values_are_frozen_and_built_by_name_only(struct: type[msgspec.Struct]) -> None:
    with pytest.raises(TypeError, match="positional"):
        struct(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
    assert struct.__struct_config__.frozen


@pytest.mark.parametrize("kind", FACT_TYPES, ids=lambda each: each.__name__)
def test_fields_of_facts_are_never_lists_or_dicts(kind: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(kind):
        assert "list[" not in str(field.type), field.name
        assert "dict[" not in str(field.type), field.name


def test_kinds_are_written_with_hyphens_and_each_once() -> None:
    assert len(FACT_KINDS) == len(FACT_TYPES)
    assert all(kind == kind.lower() and "_" not in kind for kind in FACT_KINDS)


def name(table: str) -> Name:
    return Name(database="db", name=table)


def test_the_id_of_a_finding_survives_a_shift_of_lines() -> None:
    def finding(start: int) -> Finding:
        column = Column(
            where=Place(file="schema.sql", start=start, end=start + 9),
            table=name("purchase"),
            name="total",
            position=1,
            type="real",
        )
        return Finding(message="", evidence=(column,), fix=Fix(text=""), practice="money-as-float")

    assert finding(10).id == finding(510).id
    assert len(finding(10).id) == 12


def index(*columns: str, predicate: str | None = None, method: str = "btree") -> Index:
    keys = tuple(IndexKey(column=column) for column in columns)
    return Index(
        where=HERE, table=name("t"), name="i", keys=keys, predicate=predicate, method=method
    )


@pytest.mark.parametrize(
    ("serves", "candidate"),
    [
        (True, index("a", "b")),
        (True, index("b", "a", "c")),
        (False, index("a")),
        (False, index("a", "c", "b")),
        (False, index("a", "b", method="gin")),
        (False, index("a", "b", predicate="c > 0")),
        (True, index("a", "b", predicate="(a IS NOT NULL)")),
        (True, index("a", "b", predicate="((a IS NOT NULL) AND (b IS NOT NULL))")),
        (False, index("a", "b", predicate="((a IS NOT NULL) AND (c IS NOT NULL))")),
        (False, index("a", "b", predicate="((a IS NOT NULL) OR (c IS NOT NULL))")),
    ],
)
def test_an_index_serves_equality_on_columns_at_its_head(*, serves: bool, candidate: Index) -> None:
    assert candidate.leads_with(("a", "b")) is serves


def test_the_backend_answers_by_table() -> None:
    key = ForeignKey(
        where=HERE,
        table=name("child"),
        name="fk",
        columns=("parent_id",),
        parent=name("parent"),
        parent_columns=("id",),
    )
    size = TableSize(where=HERE, table=name("child"), rows=10, source="stated")
    backend = Backend((key, size))
    assert backend.foreign_keys_of(name("child")) == (key,)
    assert backend.foreign_keys_to(name("parent")) == (key,)
    assert backend.foreign_keys_of(name("parent")) == ()
    assert backend.size_of(name("child")) == size
