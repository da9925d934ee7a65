"""Row level security built in the lab: rows of several tenants, and roles that read them.

Roles belong to the whole server, so they have names of their own and go in the end. What comes from
the user's files runs as the owner of the tables, an ordinary role without any rights beyond them.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, NamedTuple

from backstay.lab.building import run
from backstay.lab.filling import fill
from backstay.lab.planning import CannotBuild
from backstay.lab.quoting import identifier, identifiers, literal, relation
from backstay.lab.server import OWNER, SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.psycopg import Connection
    from backstay.lab.server import Server
    from backstay.model.data import Name, Policy, View
    from backstay.proofs.bounds import Clock
    from backstay.proofs.guarded_tables import Scene, Standin

# Rows of the table at issue, of tables that others refer to, and of the rest, such as memberships:
# few of those, or everyone belongs everywhere. Fewer of all where keys allow no more.
_SIZES = ((40, 8, 12), (16, 5, 8), (6, 3, 3))
_EVERYONE = "public"


class Cast(NamedTuple):
    """The roles of an experiment.

    Attributes:
        owner: owns tables and views.
        member: may read them; the policies are for it.
        stranger: may read nothing.
        named: the roles that policies name, by those names.
    """

    owner: str
    member: str
    stranger: str
    named: dict[str, str]

    def role(self, name: str) -> str:
        """The role that stands for one that a policy names."""
        return "PUBLIC" if name == _EVERYONE else identifier(self.named[name])


@contextlib.contextmanager
def cast_for(server: Server, scene: Scene, reader_roles: tuple[str, ...]) -> Iterator[Cast]:
    """Roles for an experiment, dropped in the end; the member has those that its policies name."""
    mark = f"backstay_{secrets.token_hex(4)}"
    names = {role for policy in scene.policies for role in policy.roles} - {_EVERYONE}
    named = {name: f"{mark}_{number}" for number, name in enumerate(sorted(names))}
    cast = Cast(f"{mark}_owner", f"{mark}_member", f"{mark}_stranger", named)
    roles = (cast.owner, cast.member, cast.stranger, *named.values())
    try:
        with server.connect(role=SUPERUSER) as connection:
            for role in roles:
                run(connection, f"CREATE ROLE {identifier(role)}")
            run(connection, f"GRANT {identifier(cast.owner)} TO {identifier(OWNER)}")
            for name in reader_roles:
                if name in named:
                    run(connection, f"GRANT {cast.role(name)} TO {identifier(cast.member)}")
        yield cast
    finally:
        with server.connect(role=SUPERUSER) as connection:
            run(connection, f"DROP ROLE IF EXISTS {identifiers(roles)}")


class Stage(NamedTuple):
    """Where an experiment takes place."""

    server: Server
    database: str
    clock: Clock
    scene: Scene
    cast: Cast

    def connect(self, role: str | None = None) -> Connection:
        """A connection of one of the roles; of the lab's own by default."""
        connection = self.clock.connect(self.server, self.database, role, autocommit=True)
        schemas = dict.fromkeys((*(name.schema for name in relations_of(self.scene)), "public"))
        connection.execute(f"SET search_path = {identifiers(schemas)}".encode())
        return connection


def set_up(stage: Stage, table: Name) -> None:
    """Build and fill the tables, and put policies, functions and views on them.

    Args:
        stage: where.
        table: at issue, which gets most rows.

    Raises:
        CannotBuild: the rows cannot be made up, or PostgreSQL refuses a policy, function or view.
    """
    with stage.connect() as connection:
        _filled(connection, stage.scene, table)
        _hand_over(connection, stage)
    with stage.connect(stage.cast.owner) as connection:
        for function in stage.scene.functions:
            run(connection, _function(function))
        for policy in stage.scene.policies:
            run(connection, policy_statement(policy, stage.cast))
        for view in stage.scene.views:
            run(connection, _view(view))
        _guard_and_grant(connection, stage)


def policy_statement(policy: Policy, cast: Cast) -> str:
    """CREATE POLICY, for reading."""
    roles = ", ".join(cast.role(name) for name in policy.roles)
    kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
    return (
        f"CREATE POLICY {identifier(policy.name)} ON {relation(policy.table)} AS {kind} "
        f"FOR SELECT TO {roles} USING (\n{policy.using or 'true'}\n)"
    )


def share_values(stage: Stage, table: Name, columns: tuple[str, ...]) -> None:
    """Give half of a table's rows the same values, as those of one tenant.

    Keys, which differ by nature, and references are left as they are.
    """
    from backstay.foreign.psycopg import Error  # noqa: PLC0415 (slow to import)

    planned = stage.scene.plan.table(table)
    keys = [planned.primary_key, *planned.uniques]
    keys += [key.columns for key in stage.scene.plan.keys if key.table == table]
    kept = {column for key in keys for column in key}
    name = relation(table)
    rows = f"SELECT ctid FROM {name} ORDER BY ctid LIMIT (SELECT count(*) / 2 FROM {name})"  # noqa: S608
    with stage.connect() as connection:
        for column in planned.columns:
            if column.name not in columns or column.name in kept or column.generated is not None:
                continue
            target = identifier(column.name)
            first = f"SELECT {target} FROM {name} WHERE {target} IS NOT NULL ORDER BY ctid LIMIT 1"  # noqa: S608
            with contextlib.suppress(Error):  # a check that the value does not pass elsewhere
                connection.execute(
                    f"UPDATE {name} SET {target} = ({first}) WHERE ctid IN ({rows})".encode()  # noqa: S608
                )


def give_role_name(stage: Stage, columns: tuple[str, ...]) -> None:
    """Put the member's name into a third of the rows of columns that hold names of roles."""
    with stage.connect() as connection:
        for table in stage.scene.plan.tables:
            for column in table.columns:
                if column.name in columns and column.type.kind == "text":
                    name, target = relation(table.name), identifier(column.name)
                    rows = f"SELECT ctid FROM {name} ORDER BY ctid"  # noqa: S608
                    third = f"(SELECT count(*) / 3 FROM {name})"  # noqa: S608
                    run(
                        connection,
                        f"UPDATE {name} SET {target} = {literal(stage.cast.member)} "  # noqa: S608
                        f"WHERE ctid IN ({rows} LIMIT {third})",
                    )


def _filled(connection: Connection, scene: Scene, table: Name) -> None:
    parents = {key.parent for key in scene.plan.keys if key.parent != key.table}
    for number, (rows, of_parents, of_others) in enumerate(_SIZES, start=1):
        sizes = {
            each.name: of_parents if each.name in parents else of_others
            for each in scene.plan.tables
        }
        sizes[table] = of_parents if table in parents else rows
        try:
            fill(connection, scene.plan, sizes)
        except CannotBuild:
            if number == len(_SIZES):
                raise
        else:
            return


def _hand_over(connection: Connection, stage: Stage) -> None:
    names = [*relations_of(stage.scene), *(each.name for each in stage.scene.functions)]
    owner, readers = identifier(stage.cast.owner), (stage.cast.member, stage.cast.stranger)
    for schema in sorted({"public", *(name.schema for name in names)}):
        run(connection, f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)}")
        run(connection, f"GRANT USAGE, CREATE ON SCHEMA {identifier(schema)} TO {owner}")
        run(connection, f"GRANT USAGE ON SCHEMA {identifier(schema)} TO {identifiers(readers)}")
    for table in stage.scene.plan.tables:
        run(connection, f"ALTER TABLE {relation(table.name)} OWNER TO {owner}")


def _guard_and_grant(connection: Connection, stage: Stage) -> None:
    member = identifier(stage.cast.member)
    for name in relations_of(stage.scene):
        run(connection, f"GRANT SELECT ON {relation(name)} TO {member}")
    for name in stage.scene.secured:
        run(connection, f"ALTER TABLE {relation(name)} ENABLE ROW LEVEL SECURITY")
    for name in stage.scene.forced:
        run(connection, f"ALTER TABLE {relation(name)} FORCE ROW LEVEL SECURITY")


def relations_of(scene: Scene) -> tuple[Name, ...]:
    """The tables and views of a scene."""
    return (*(table.name for table in scene.plan.tables), *(view.name for view in scene.views))


def _function(function: Standin) -> str:
    definer = " SECURITY DEFINER" if function.security_definer else ""
    return (
        f"CREATE FUNCTION {relation(function.name)}() RETURNS {function.returns} "
        f"LANGUAGE sql STABLE{definer} AS {literal(function.body)}"
    )


def _view(view: View) -> str:
    kind = "MATERIALIZED VIEW" if view.materialized else "VIEW"
    options = " WITH (security_invoker = true)" if view.security_invoker else ""
    columns = f" ({identifiers(view.columns)})" if view.columns else ""
    return f"CREATE {kind} {relation(view.name)}{columns}{options} AS {view.definition}"
