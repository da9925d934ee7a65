"""A stranger's SQL text runs in the lab only where each of its parts is known to do no harm."""

from __future__ import annotations

import pytest

from backstay.lab.expressions import Scope, UnknownPart, checked_expression, checked_query
from backstay.model.data import Name

PURCHASE = Scope(relations=(Name(database="d", name="purchase"),))


@pytest.mark.parametrize(
    "text",
    [
        "now()",
        "gen_random_uuid()",
        "'new'::text",
        "((a + 1) * 2 > b) and c is not null",
        "status = any (array['a'::character varying, 'b'])",
        "case when a > 0 then 'x' else 'y' end",
        "coalesce(a, b) between 1 and 2.5",
        "char_length(btrim(name)) > 0",
        "extract(year from at) > 2000",
        "at at time zone 'utc' < current_timestamp",
        "data->>'kind' is not null -- a comment",
        "name collate \"C\" > 'a'",
        "pg_catalog.lower(name) = name",
        "1 = any(numbers) and numbers[1] > 0",
    ],
)
def test_ordinary_expressions_are_known(text: str) -> None:
    assert checked_expression(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("pg_sleep(1000)", "function pg_sleep"),
        ("pg_catalog.pg_sleep(1000)", "function pg_catalog.pg_sleep"),
        ("my_function()", "function my_function"),
        ("other.lower('A')", "function other.lower"),
        ("coalesce(null, nullif(pg_read_file('/etc/passwd'), ''))", "function pg_read_file"),
        ("('/etc/passwd'::text).pg_read_file", "field of a row"),
        ("repeat('x', 1000000000)", "function repeat"),
        ("nextval('s')", "function nextval"),
        ("set_config('role', 'postgres', false)", "function set_config"),
        ("lo_import('/etc/passwd')", "function lo_import"),
        ("(select usename from pg_user limit 1)", "table pg_user"),
        ("exists (with x as (delete from t returning 1) select from x)", "DeleteStmt"),
        ("'1'::regclass", "type regclass"),
        ("cast(1 as other.type)", "type other.type"),
        ("1) or (2", "not one expression"),
        ("1), (2", "not one expression"),
        ("1) from pg_user where (true", "does not parse|not one expression"),
        ("1); drop table x; select (1", "does not parse|more or other than one"),
        ("1 /*", "does not parse"),
        ("", "not one expression"),
        ("distinct x", "not one expression"),
        ("variadic x", "not one expression"),
        ("x order by 1", "not one expression"),
        ("x => 1", "NamedArgExpr"),
        ("a\0b", "text"),
        ("1) union select (1", "not one expression"),
        ("1) limit (1", "not one expression"),
        ("1) as (x", "does not parse"),
        ("+".join("1" * 5000), "parse|parts"),
        ("x" * 30_000, "more than 20 kB"),
    ],
)
def test_anything_else_is_named_and_refused(text: str, part: str) -> None:
    with pytest.raises(UnknownPart, match=part):
        checked_expression(text)


def test_a_query_may_read_what_was_built_and_nothing_else() -> None:
    assert checked_query(
        "with mine as (select * from purchase) "
        "select m.id, count(*) from mine m left join public.purchase p on p.id = m.id group by 1 "
        "union all select 1, 2",
        PURCHASE,
    )


@pytest.mark.parametrize(
    "query",
    [
        "select * from pg_authid",
        "select * from purchase; select 1",
        "select * into other from purchase",
        "select 1 union select * from purchase for update",
        "select 1 union (select id from purchase for update)",
        "with recursive x as (select 1 union all select 1 from x) select * from x",
        "select * from generate_series(1, 1000000000)",
        "select * from other.purchase",
        "copy purchase to program 'true'",
        "delete from purchase returning id",
        "values (pg_sleep(10))",
        "table pg_shadow",
    ],
)
def test_other_queries_are_refused(query: str) -> None:
    with pytest.raises(UnknownPart):
        checked_query(query, PURCHASE)
