"""Random statements that define things, mostly such as PostgreSQL accepts."""

from __future__ import annotations

from hypothesis import strategies as st

TABLES = ("a", "b", "c", '"Order"')
COLUMNS = ("id", "x", "y", "z", '"User"')
TYPES = ("int", "bigint", "text", "varchar(10)", "numeric(8,2)", "timestamptz", "boolean", "e", "d")
TYPES_TO_ADD = (*TYPES, "serial", "int[]", "e[]")
_CONSTRAINTS = ("k1", "k2", "a_pkey", "b_x_key", "a_x_check", "b_y_fkey")
_INDEXES = ("i1", "i2", "a_x_idx", "a_pkey")
_VIEWS = ("v", "w")
_SCHEMAS = ("s", "public")

tables = st.sampled_from(TABLES)
columns = st.sampled_from(COLUMNS)
names = st.sampled_from(_CONSTRAINTS)
indexes = st.sampled_from(_INDEXES)
views = st.sampled_from(_VIEWS)
cascade = st.sampled_from(("", " cascade"))
schemas = st.sampled_from(_SCHEMAS)


def _column_list(most: int = 2) -> st.SearchStrategy[str]:
    return st.lists(columns, min_size=1, max_size=most, unique=True).map(", ".join)


def _format(pattern: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda chosen: pattern.format(**chosen))


_definitions = _format(
    "{name} {type}{null}{default}{key}",
    name=columns,
    type=st.sampled_from(TYPES_TO_ADD),
    null=st.sampled_from(("", "", " not null")),
    default=st.just(""),
    key=st.sampled_from(("", "", "", " unique", " primary key")),
)


# PostgreSQL refuses a statement as a whole; the reader keeps those parts that can be.
_additions = _definitions.filter(lambda text: "primary key" not in text)


def _table(parts: list[str]) -> str:
    seen: dict[str, str] = {}
    for part in parts:
        seen.setdefault(part.split()[0], part)
    keyed = False
    kept = []
    for part in seen.values():
        if "primary key" in part:
            kept.append(part.replace(" primary key", "") if keyed else part)
            keyed = True
        else:
            kept.append(part)
    return ", ".join(kept)


_bodies = st.lists(_definitions, min_size=1, max_size=4).map(_table)

statements: st.SearchStrategy[str] = st.one_of(
    _format("create table {t} ({body})", t=tables, body=_bodies),
    _format("create table {t} ({body})", t=tables, body=_bodies),
    _format("create table if not exists {t} ({body})", t=tables, body=_bodies),
    _format("create table {t} (like {u} including all)", t=tables, u=tables),
    _format("create table {t} () inherits ({u})", t=tables, u=tables),
    _format("alter table {t} add column {d}", t=tables, d=_additions),
    _format("alter table {t} add column {d}", t=tables, d=_additions),
    _format("alter table {t} add column if not exists {d}", t=tables, d=_additions),
    _format("alter table {t} drop column {c}{end}", t=tables, c=columns, end=cascade),
    _format("alter table {t} drop column if exists {c}{end}", t=tables, c=columns, end=cascade),
    _format("alter table {t} rename column {c} to {n}", t=tables, c=columns, n=columns),
    _format("alter table {t} rename to {n}", t=tables, n=tables),
    _format("alter table {t} alter column {c} set not null", t=tables, c=columns),
    _format("alter table {t} alter column {c} drop not null", t=tables, c=columns),
    _format("alter table {t} alter column {c} set default null", t=tables, c=columns),
    _format("alter table {t} alter column {c} drop default", t=tables, c=columns),
    _format("alter table {t} add unique ({cs})", t=tables, cs=_column_list()),
    _format(
        "alter table {t} add constraint {n} unique ({cs})", t=tables, n=names, cs=_column_list()
    ),
    _format("alter table {t} add primary key ({cs})", t=tables, cs=_column_list()),
    _format(
        "alter table {t} add check ({c} is not null or {o} is null)", t=tables, c=columns, o=columns
    ),
    _format(
        "alter table {t} add constraint {n} check ({c} is not null)", t=tables, n=names, c=columns
    ),
    _format("alter table {t} add foreign key ({c}) references {u}", t=tables, c=columns, u=tables),
    _format(
        "alter table {t} add constraint {n} foreign key ({c}) references {u} ({d})"
        " on delete cascade",
        t=tables,
        n=names,
        c=columns,
        u=tables,
        d=columns,
    ),
    _format("alter table {t} drop constraint {n}{end}", t=tables, n=names, end=cascade),
    _format("alter table {t} rename constraint {n} to {m}", t=tables, n=names, m=names),
    _format("create index on {t} ({cs})", t=tables, cs=_column_list()),
    _format("create unique index {i} on {t} ({cs})", i=indexes, t=tables, cs=_column_list()),
    _format(
        "create index if not exists {i} on {t} ({c}) where {o} is not null",
        i=indexes,
        t=tables,
        c=columns,
        o=columns,
    ),
    _format("create index on {t} (({c} is null), {o} desc)", t=tables, c=columns, o=columns),
    _format("drop index {i}{end}", i=indexes, end=cascade),
    _format("alter index {i} rename to {n}", i=indexes, n=indexes),
    _format(
        "alter table {t} add constraint {n} unique using index {i}", t=tables, n=names, i=indexes
    ),
    _format("drop table {t}{end}", t=tables, end=cascade),
    _format("drop table if exists {t}{end}", t=tables, end=cascade),
    _format("create view {v} as select {cs} from {t}", v=views, cs=_column_list(), t=tables),
    _format("create view {v} as select * from {t}", v=views, t=tables),
    _format("create or replace view {v} as select t.*, 1 as one from {t} t", v=views, t=tables),
    _format(
        "create materialized view {v} as select count(*) as n, {c} from {t} group by {c}",
        v=views,
        c=columns,
        t=tables,
    ),
    _format(
        "create view {v} as select u.* from {t} t join {u} u on t.{c} is null",
        v=views,
        t=tables,
        u=tables,
        c=columns,
    ),
    _format("drop view {v}{end}", v=views, end=cascade),
    _format("drop view if exists {v}{end}", v=views, end=cascade),
    _format("alter type e add value {n}", n=st.sampled_from(("'p'", "'q'", "'a'"))),
    _format(
        "alter type e rename value {n} to {m}",
        n=st.sampled_from(("'p'", "'a'")),
        m=st.sampled_from(("'p'", "'r'")),
    ),
    _format("drop type {k}{end}", k=st.sampled_from(("e", "d")), end=cascade),
    _format("create type {k} as enum ('a', 'b')", k=st.sampled_from(("e", "d"))),
    _format("alter table {t} set schema {s}", t=tables, s=schemas),
    _format("alter table s.{t} set schema public", t=tables),
    _format("set search_path = {s}", s=st.sampled_from(("public", "s, public"))),
    _format(
        "alter sequence {t}_id_seq owned by {u}.{c}", t=st.sampled_from("abc"), u=tables, c=columns
    ),
    _format("drop sequence {t}_id_seq{end}", t=st.sampled_from("abc"), end=cascade),
    _format("alter table {t} enable row level security", t=tables),
    _format("create policy p on {t} using ({c} is not null)", t=tables, c=columns),
    _format("create table {n} as select {cs} from {t}", n=tables, cs=_column_list(), t=tables),
    _format("alter table {t} inherit {u}", t=tables, u=tables),
    _format("alter table {t} no inherit {u}", t=tables, u=tables),
    _format(
        "create trigger g before update of {c} on {t} for each row execute function nothing()",
        c=columns,
        t=tables,
    ),
)

_functions = st.sampled_from(("f", "g"))
_arguments = st.sampled_from(("", "int", "text", "e", "a"))
_sequences = st.sampled_from(("q", "r", "a_id_seq", "s.q"))
_triggers = st.sampled_from(("g1", "g2"))
_values = st.sampled_from(("1", "'x'", "f(1)", "nextval('q')", "null", "now()", "'a'::e"))

more_statements: st.SearchStrategy[str] = st.one_of(
    _format(
        "create or replace function {f}({a}) returns {r} language sql as 'select null::{r}'",
        f=_functions,
        a=_arguments,
        r=st.sampled_from(("int", "text", "e")),
    ),
    _format("drop function {f}({a}){end}", f=_functions, a=_arguments, end=cascade),
    _format("drop function if exists {f}{end}", f=_functions, end=cascade),
    _format("alter function f({a}) rename to {f}", a=_arguments, f=_functions),
    _format("alter table {t} alter column {c} set default {v}", t=tables, c=columns, v=_values),
    _format("alter table {t} add check (f({c}) is not null)", t=tables, c=columns),
    _format("create index on {t} (f({c}))", t=tables, c=columns),
    _format("create view {v} as select f({c}) as one, x from {t}", v=views, c=columns, t=tables),
    _format("create sequence {q}", q=_sequences),
    _format("drop sequence {q}{end}", q=_sequences, end=cascade),
    _format("alter sequence {q} owned by {t}.{c}", q=_sequences, t=tables, c=columns),
    _format("alter sequence {q} rename to {r}", q=_sequences, r=st.sampled_from(("q", "r"))),
    _format("alter sequence {q} set schema {s}", q=_sequences, s=schemas),
    _format(
        "create trigger {g} after insert on {t} for each row execute function nothing()",
        g=_triggers,
        t=tables,
    ),
    _format("drop trigger {g} on {t}", g=_triggers, t=tables),
    _format("alter trigger {g} on {t} rename to {h}", g=_triggers, h=_triggers, t=tables),
    _format("drop function nothing{end}", end=cascade),
    _format("create policy {g} on {t} using (f({c}) is null)", g=_triggers, t=tables, c=columns),
    _format("drop policy {g} on {t}", g=_triggers, t=tables),
    _format(
        "create policy {g} on {t} for select using (exists (select from {u} i where i.{c} = 1))",
        g=_triggers,
        t=tables,
        u=tables,
        c=columns,
    ),
    _format("create domain {d} as {t}", d=st.sampled_from("dk"), t=st.sampled_from(("e", "int"))),
    _format(
        "create type {d} as (a int, b {t})", d=st.sampled_from("dk"), t=st.sampled_from(("e", "d"))
    ),
    _format("alter type {d} rename to {k}", d=st.sampled_from("dek"), k=st.sampled_from("dek")),
    _format("alter type {d} set schema {s}", d=st.sampled_from("de"), s=schemas),
    _format("alter table {t} add column {c} k", t=tables, c=columns),
    _format(
        "alter table {t} add column {c} int generated always as (x + 1) stored", t=tables, c=columns
    ),
    _format("alter table {t} add column {c} int generated always as identity", t=tables, c=columns),
    _format("alter table {t} alter column {c} drop identity if exists", t=tables, c=columns),
    _format("alter table {t} alter column {c} drop expression if exists", t=tables, c=columns),
    _format("alter table {t} alter column {c} type {k}", t=tables, c=columns, k=st.just("text")),
    _format("drop schema s{end}", end=cascade),
    _format("create schema {s}", s=st.just("s")),
    _format("alter view {v} rename to {w}", v=views, w=views),
    _format("alter view {v} rename column {c} to {n}", v=views, c=columns, n=columns),
    _format("alter table {t} rename constraint {n} to {m}", t=tables, n=names, m=names),
    _format(
        "create table part partition of parts for values from ({n}) to ({m})",
        n=st.sampled_from("12"),
        m=st.sampled_from("34"),
    ),
    _format("alter table parts attach partition {t} default", t=tables),
    _format("alter table parts detach partition {t}", t=st.sampled_from((*TABLES, "part"))),
    _format("create index on parts ({c})", c=columns),
    _format("alter table parts add column {c} {k}", c=columns, k=st.sampled_from(TYPES)),
    _format("alter table parts drop column {c}{end}", c=columns, end=cascade),
    _format("alter table parts add unique (id, {c})", c=columns),
    _format("alter table parts add foreign key (x) references {t}", t=tables),
    _format("alter table {t} add foreign key (x) references parts", t=tables),
    _format("alter table parts rename column {c} to {n}", c=columns, n=columns),
    _format("drop table {t}{end}", t=st.sampled_from(("part", "parts")), end=cascade),
)

START = """
create schema s;
create type e as enum ('a', 'b');
create domain d as text check (value <> '');
create function nothing() returns trigger language plpgsql as 'begin return new; end';
create function f(int) returns int language sql immutable as 'select $1';
create sequence q;
create table parts (id int primary key, x int, y text) partition by range (id);
create table a (id serial primary key, x int, y text unique);
create table b (id bigint primary key, x int references a, y e default 'a', z d);
create table c (x int not null, y text);
"""

scripts = st.lists(statements | more_statements, min_size=1, max_size=25)
