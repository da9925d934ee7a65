"""A history of migrations made up for measuring: the same bytes for the same length.

It grows a schema as products do: tables that refer to earlier ones, columns
that come later, views that are made again, triggers that count, types that change. Its statements
are of the kinds, and about as many a migration, as in long histories of real products (342
migrations make 5,000 statements and 58 tables). All of them run on PostgreSQL.
"""

from __future__ import annotations

from typing import NamedTuple

LONG_HISTORY = 342

NOUNS = ("account", "parcel", "invoice", "carrier", "depot", "route", "ticket", "voucher", "rate")
TEXTS = ("title", "summary", "email", "address", "remark", "label")


class Migration(NamedTuple):
    """The statements that make a change, and those that take it back."""

    up: list[str]
    down: list[str]


def history(migrations: int) -> dict[str, str]:
    """A diesel history of so many migrations, as texts by path."""
    files = {}
    for number in range(migrations):
        kind = KINDS[number % len(KINDS)]
        made = kind(number // len(KINDS))
        version = f"{2001 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}-120000"
        folder = f"migrations/{version}_{kind.__name__}"
        files[f"{folder}/up.sql"] = _script(made.up)
        files[f"{folder}/down.sql"] = _script(made.down)
    return files


def _script(statements: list[str]) -> str:
    return "".join(f"{statement};\n\n" for statement in statements)


def table(turn: int) -> str:
    """The name of the main table that comes in that turn of all kinds; the first ones recur."""
    turn = max(turn, 0)
    return f"{NOUNS[turn % len(NOUNS)]}_{turn}"


def create_tables(turn: int) -> Migration:
    new, old, older = table(turn), table(turn - 1), table(turn // 2)
    texts = "".join(f"    {name} text NOT NULL DEFAULT '',\n" for name in TEXTS)
    parent = "" if turn == 0 else f" REFERENCES {old} (id) ON UPDATE CASCADE ON DELETE CASCADE"
    up = [
        (
            f"CREATE TABLE {new} (\n    id serial PRIMARY KEY,\n{texts}"
            f"    parent_id integer NOT NULL{parent},\n    amount numeric(12, 2) NOT NULL,\n"
            "    rank integer DEFAULT 0 NOT NULL CHECK (rank >= 0),\n"
            "    removed boolean DEFAULT FALSE NOT NULL,\n"
            "    published timestamp NOT NULL DEFAULT now(),\n    updated timestamp\n)"
        ),
        (
            f"CREATE TABLE {new}_follower (\n    id serial PRIMARY KEY,\n"
            f"    {new}_id int REFERENCES {new} ON UPDATE CASCADE ON DELETE CASCADE NOT NULL,\n"
            f"    {older}_ref int REFERENCES {older} ON UPDATE CASCADE ON DELETE CASCADE NOT NULL,"
            "\n    published timestamp NOT NULL DEFAULT now(),\n"
            f"    UNIQUE ({new}_id, {older}_ref)\n)"
        ),
        f"CREATE INDEX idx_{new}_parent ON {new} (parent_id)",
        f"CREATE INDEX idx_{new}_email ON {new} (lower(email))",
        f"CREATE INDEX idx_{new}_published ON {new} (published DESC) WHERE NOT removed",
        f"CREATE UNIQUE INDEX idx_{new}_title ON {new} (title, parent_id)",
        *(
            f"INSERT INTO {new} (title, summary, parent_id, amount) "
            f"VALUES ('{word} of {new}', 'the {word} one, made with the table', {n + 1}, {n}.50)"
            for n, word in enumerate(TEXTS)
        ),
    ]
    return Migration(up, [f"DROP TABLE {new}_follower", f"DROP TABLE {new}"])


def add_columns(turn: int) -> Migration:
    new, names = table(turn), ("nsfw", "locked", "pinned", "score", "hot_score", "language")
    up, down = [], []
    for name in names:
        kind = "integer DEFAULT 0" if "score" in name else "boolean DEFAULT FALSE"
        up.append(f"ALTER TABLE {new}\n    ADD COLUMN {name} {kind} NOT NULL")
        down.append(f"ALTER TABLE {new}\n    DROP COLUMN {name}")
    up.append(
        f"ALTER TABLE {table(turn - 2)}\n    ADD COLUMN IF NOT EXISTS actor_{turn} "
        "varchar(255) NOT NULL DEFAULT 'none',\n"
        f"    ADD COLUMN IF NOT EXISTS key_{turn} text,\n"
        f"    ADD COLUMN refreshed_{turn} timestamp NOT NULL DEFAULT now()"
    )
    down.append(f"ALTER TABLE {table(turn - 2)}\n    DROP COLUMN actor_{turn}")
    up.append(f"CREATE INDEX idx_{new}_score ON {new} (score DESC, published DESC)")
    return Migration(up, down)


def _view(turn: int, extra: str) -> str:
    new, old = table(turn), table(turn - 1)
    return (
        f"CREATE VIEW {new}_view AS\nWITH counted AS (\n    SELECT\n        a.*,\n"
        f"        (SELECT count(*) FROM {new}_follower f WHERE f.{new}_id = a.id) AS followers,\n"
        f"        coalesce(sum(b.amount), 0) AS total\n    FROM {new} a\n"
        f"        LEFT JOIN {old} b ON b.id = a.parent_id\n    GROUP BY a.id\n)\n"
        f"SELECT\n    c.*,\n    u.id AS {old}_id,\n    CASE WHEN c.rank > 0 THEN c.total / c.rank "
        f"END AS per_rank{extra}\nFROM {old} u\n    CROSS JOIN counted c\nUNION ALL\n"
        f"SELECT\n    c.*,\n    NULL AS {old}_id,\n    NULL AS per_rank{extra}\nFROM counted c"
    )


def create_views(turn: int) -> Migration:
    new = table(turn)
    listed = f"SELECT id, title, score, published FROM {new} WHERE NOT removed"
    up = [
        _view(turn, ""),
        f"CREATE VIEW {new}_list AS {listed}",
        f"CREATE MATERIALIZED VIEW {new}_top AS {listed} AND score > 10 ORDER BY score DESC",
        f"CREATE UNIQUE INDEX idx_{new}_top_id ON {new}_top (id)",
    ]
    down = [f"DROP MATERIALIZED VIEW {new}_top", f"DROP VIEW {new}_list", f"DROP VIEW {new}_view"]
    return Migration(up, down)


def _counting(turn: int, weight: int) -> str:
    new = table(turn)
    return (
        f"CREATE OR REPLACE FUNCTION {new}_counts () RETURNS TRIGGER LANGUAGE plpgsql AS $$\n"
        "BEGIN\n    IF (TG_OP = 'INSERT') THEN\n"
        f"        UPDATE {new}_aggregates a SET followers = followers + {weight}\n"
        f"        WHERE a.{new}_id = NEW.{new}_id;\n"
        "    ELSIF (TG_OP = 'DELETE') THEN\n"
        f"        UPDATE {new}_aggregates a SET followers = followers - {weight}\n"
        f"        FROM {new} owner WHERE a.{new}_id = OLD.{new}_id AND owner.id = a.{new}_id;\n"
        "    END IF;\n    RETURN NULL;\nEND\n$$"
    )


def count_by_trigger(turn: int) -> Migration:
    new = table(turn)
    up = [
        (
            f"CREATE TABLE {new}_aggregates (\n    id serial PRIMARY KEY,\n"
            f"    {new}_id int REFERENCES {new} ON UPDATE CASCADE ON DELETE CASCADE NOT NULL,\n"
            f"    followers bigint NOT NULL DEFAULT 0,\n    UNIQUE ({new}_id)\n)"
        ),
        (
            f"INSERT INTO {new}_aggregates ({new}_id, followers)\nSELECT a.id, coalesce(f.n, 0)\n"
            f"FROM {new} a LEFT JOIN (\n    SELECT {new}_id, count(*) AS n FROM {new}_follower "
            f"GROUP BY {new}_id\n) f ON f.{new}_id = a.id"
        ),
        _counting(turn, 1),
        (
            f"CREATE TRIGGER {new}_counts AFTER INSERT OR DELETE ON {new}_follower\n"
            f"    FOR EACH ROW EXECUTE PROCEDURE {new}_counts ()"
        ),
        f"ALTER TABLE {new} ALTER COLUMN amount SET DEFAULT 0",
    ]
    down = [
        f"ALTER TABLE {new} ALTER COLUMN amount DROP DEFAULT",
        f"DROP TRIGGER {new}_counts ON {new}_follower",
        f"DROP FUNCTION {new}_counts",
        f"DROP TABLE {new}_aggregates",
    ]
    return Migration(up, down)


def change_indexes(turn: int) -> Migration:
    new = table(turn)
    columns = (
        *("rank", "removed, published DESC", "hot_score DESC, id", "updated", "locked, nsfw"),
        *(
            "score DESC, id DESC",
            "published, id",
            "parent_id, score DESC",
            "title, id",
        ),
    )
    up = [f"DROP INDEX idx_{new}_published", f"DROP INDEX IF EXISTS idx_{new}_unknown"]
    up += [f"CREATE INDEX idx_{new}_{n} ON {new} ({each})" for n, each in enumerate(columns)]
    down = [f"DROP INDEX idx_{new}_{n}" for n in range(len(columns))]
    down.append(f"CREATE INDEX idx_{new}_published ON {new} (published DESC) WHERE NOT removed")
    return Migration(up, down)


def add_type(turn: int) -> Migration:
    new = table(turn)
    up = [
        f"CREATE TYPE {new}_mode AS enum ('all', 'local', 'followed')",
        f"ALTER TABLE {new} ADD COLUMN mode {new}_mode",
        f"UPDATE {new} SET mode = 'local' WHERE rank > 0",
        f"UPDATE {new} SET mode = 'all' WHERE mode IS NULL",
        f"ALTER TABLE {new} ALTER COLUMN mode SET NOT NULL",
        f"ALTER TABLE {new} ALTER COLUMN mode SET DEFAULT 'all'",
        f"ALTER TYPE {new}_mode ADD VALUE 'none'",
    ]
    return Migration(up, [f"ALTER TABLE {new} DROP COLUMN mode", f"DROP TYPE {new}_mode"])


def change_types(turn: int) -> Migration:
    new = table(turn)
    dropped = [f"DROP MATERIALIZED VIEW {new}_top", f"DROP VIEW {new}_list, {new}_view"]
    made = create_views(turn).up

    def changed(kind: str, zone: str) -> list[str]:
        of = ((new, "published"), (new, "updated"), (f"{new}_follower", "published"))
        return [
            f"ALTER TABLE {name}\n    ALTER COLUMN {column} TYPE {kind} USING {column} {zone}"
            for name, column in of
        ]

    zone = "AT TIME ZONE 'UTC'"
    up = [*dropped, *changed("timestamptz", zone), *made]
    return Migration(up, [*dropped, *changed("timestamp", zone), *made])


def change_constraints(turn: int) -> Migration:
    new, older = table(turn), table(turn // 2)
    name = f"{new}_follower_{older}_ref_fkey"
    follower = f"ALTER TABLE {new}_follower"

    def changed(action: str) -> list[str]:
        add = f"ADD CONSTRAINT {name} FOREIGN KEY ({older}_ref) REFERENCES {older} (id)"
        return [f"{follower} DROP CONSTRAINT {name}", f"{follower} {add} ON DELETE {action}"]

    up = [
        *changed("NO ACTION"),
        f"ALTER TABLE {new} ADD CONSTRAINT {new}_title_length CHECK (length(title) < 300)",
        f"ALTER TABLE {new} ALTER COLUMN remark DROP NOT NULL",
        f"ALTER TABLE {new} ALTER COLUMN label DROP DEFAULT",
        f"{follower} DROP CONSTRAINT {new}_follower_pkey",
        f"{follower} ADD PRIMARY KEY (id)",
        f"ALTER INDEX idx_{new}_parent RENAME TO idx_{new}_of_parent",
    ]
    down = [*changed("CASCADE"), f"ALTER TABLE {new} DROP CONSTRAINT {new}_title_length"]
    return Migration(up, down)


def move_data(turn: int) -> Migration:
    new, old = table(turn), table(turn - 1)
    up = [
        f"UPDATE {new} a SET summary = b.summary\nFROM {old} b WHERE b.id = a.parent_id",
        (
            f"DELETE FROM {new}_follower a USING {new}_follower b\n"
            f"WHERE a.id < b.id AND a.{new}_id = b.{new}_id"
        ),
        f"UPDATE {new}_aggregates SET followers = 0 WHERE followers IS NULL",
        *(
            f"INSERT INTO {new} (title, parent_id, amount, label, mode) "
            f"VALUES ('{word} {turn}', {n + 1}, {n}.25, '{word}', 'local')"
            for n, word in enumerate(TEXTS)
        ),
        (
            "DO $$\nBEGIN\n"
            f"    IF NOT EXISTS (SELECT 1 FROM {new}) THEN\n"
            f"        INSERT INTO {new} (title, parent_id, amount, label)\n"
            "        VALUES ('x', 1, 1, 'x');\n"
            "    END IF;\nEND\n$$"
        ),
    ]
    return Migration(up, [f"DELETE FROM {new} WHERE title LIKE '% {turn}'"])


def recount(turn: int) -> Migration:
    new = table(turn)
    touched = (new, f"{new}_follower", f"{new}_aggregates")
    up, down = [_counting(turn, 2)], [_counting(turn, 1)]
    for name in touched:
        up += [
            f"ALTER TABLE {name} ADD COLUMN touched timestamptz",
            f"UPDATE {name} SET touched = now()",
            f"ALTER TABLE {name} ALTER COLUMN touched SET NOT NULL",
            f"ALTER TABLE {name} ALTER COLUMN touched SET DEFAULT now()",
            (
                f"CREATE FUNCTION {name}_touch () RETURNS TRIGGER LANGUAGE plpgsql AS $$\n"
                "BEGIN\n    NEW.touched := now();\n    RETURN NEW;\nEND\n$$"
            ),
            (
                f"CREATE TRIGGER {name}_touch BEFORE UPDATE ON {name}\n"
                f"    FOR EACH ROW EXECUTE FUNCTION {name}_touch ()"
            ),
        ]
        down += [
            f"DROP TRIGGER {name}_touch ON {name}",
            f"DROP FUNCTION {name}_touch",
            f"ALTER TABLE {name} DROP COLUMN touched",
        ]
    return Migration(up, down)


def rename(turn: int) -> Migration:
    new = table(turn)
    dropped = f"DROP VIEW {new}_view"
    up = [
        dropped,
        f"ALTER TABLE {new} RENAME COLUMN address TO place",
        f"ALTER TABLE {new}_aggregates RENAME COLUMN followers TO follower_count",
        _counting(turn, 2).replace("followers", "follower_count"),
        _view(turn, ",\n    now() AS seen_at"),
    ]
    down = [
        dropped,
        f"ALTER TABLE {new} RENAME COLUMN place TO address",
        f"ALTER TABLE {new}_aggregates RENAME COLUMN follower_count TO followers",
        _counting(turn, 2),
        _view(turn, ""),
    ]
    return Migration(up, down)


def drop_columns(turn: int) -> Migration:
    new = table(turn)
    gone = ("pinned", "language")
    up = [f"DROP VIEW {new}_view", f"DROP INDEX idx_{new}_3, idx_{new}_4"]
    up += [f"ALTER TABLE {new} DROP COLUMN {name}" for name in gone]
    up.append(_view(turn, ",\n    now() AS seen_at"))
    down = [f"ALTER TABLE {new} ADD COLUMN {name} boolean DEFAULT FALSE" for name in gone]
    return Migration(up, down)


KINDS = (
    create_tables,
    add_columns,
    create_views,
    count_by_trigger,
    change_indexes,
    add_type,
    change_types,
    change_constraints,
    move_data,
    recount,
    rename,
    drop_columns,
)
