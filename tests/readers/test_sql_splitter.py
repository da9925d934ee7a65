from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.foreign.postgast import SqlFault, parse
from backstay.readers.sql.splitter import split, without_quotes
from tests.readers.sql_agreement import cases

BOOK = cases(Path(__file__).with_name("sql_agreement.md"))

PIECES = (
    "select 1",
    "select ';' as \"a;b\"",
    "select $$;'$$",
    "select $a$ $$ ; $b$ $a$",
    "select 'it''s;'",
    "select e'\\';'",
    "select E'a''b\\\\;'",
    "/* ; /* ; */ ; */ select 2",
    "-- ; '\nselect 3",
    "values (1)",
    "select a$1$b from t",
    "select $1",
    "select U&'d;0061t'",
    'select "a""b;"',
    "select 'a'\n';b'",
    "create function f() returns int begin atomic select 1; select case when true then 2 end; end",
    "create or replace procedure p() begin atomic insert into t values (1); end",
    "create rule r as on insert to t do instead (insert into u values (1); delete from v)",
    "create function g() returns int language sql as 'select 1; select 2'",
    "do $x$ begin perform 1; end $x$",
)


def texts(script: str) -> list[str]:
    data = script.encode()
    return [data[piece.start : piece.end].decode() for piece in split(data)]


def parsed(script: str) -> list[str]:
    """The statements as PostgreSQL's own parser tells them apart."""
    data = script.encode()
    found = []
    for statement in parse(data):
        start = statement.get("stmt_location", 0)
        length = statement.get("stmt_len", 0) or len(data) - start
        found.append(data[start : start + length].decode())
    return found


def plain(text: str) -> str:
    return " ".join(without_comments(text).split())


def without_comments(text: str) -> str:
    tokens = text.encode()
    return without_quotes(tokens).decode()


@given(
    st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from((";", " ;\n", ";;", "; -- x;\n"))
)
def test_statements_are_those_of_the_parser(pieces: list[str], between: str) -> None:
    script = between.join(pieces)
    assert [plain(text) for text in texts(script)] == [plain(text) for text in parsed(script)]


@pytest.mark.parametrize("title", BOOK)
def test_whole_scripts_split_as_the_parser_splits_them(title: str) -> None:
    try:
        expected = parsed(BOOK[title])
    except SqlFault:
        pytest.skip("has a statement that does not parse")
    assert [plain(text) for text in texts(BOOK[title])] == [plain(text) for text in expected]


@given(st.text(alphabet="ab;'\"$\\-/*()\n E", max_size=60))
def test_pieces_are_in_order_and_nothing_but_gaps_lies_between(script: str) -> None:
    data = script.encode()
    at = 0
    for piece in split(data):
        assert at <= piece.start < piece.end <= len(data)
        assert not data[piece.start : piece.start + 1].isspace()
        at = piece.end


@given(st.binary(max_size=200))
def test_any_bytes_can_be_split(script: bytes) -> None:
    assert all(piece.start < piece.end for piece in split(script))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "select 1;\nselect 'abc;\nselect 2;\nselect 3;",
            ["select 1", "select 'abc", "select 2", "select 3"],
        ),
        ("select $a$ x;\nselect 2;", ["select $a$ x", "select 2"]),
        ("select 1 /* open;\nselect 2;", ["select 1 /* open", "select 2"]),
        ('select "a;\nselect 2;\n', ['select "a', "select 2"]),
    ],
)
def test_a_quote_without_an_end_costs_one_statement(script: str, expected: list[str]) -> None:
    pieces = list(split(script.encode()))
    assert texts(script) == expected
    assert [piece.fault is not None for piece in pieces].count(True) == 1


def test_what_only_psql_reads_is_passed_over() -> None:
    script = """\
\\set ON_ERROR_STOP on
\\connect shop
create table t (a int, b text);
COPY public.t (a, b) FROM stdin;
1\tit's; $$ not SQL
\\N\t\\\\
\\.
\\echo 'done;'
select count(*) from t \\gset
select 2 \\g
select 3;
"""
    assert texts(script) == [
        "create table t (a int, b text)",
        "COPY public.t (a, b) FROM stdin",
        "select count(*) from t",
        "select 2",
        "select 3",
    ]
