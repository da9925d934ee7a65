"""Row security leak: does a role really read rows that the policies were meant to hide?

Tables, policies and views are built with the rows of several tenants. A member reads as the schema
stands, and again as it would with the fix; what shows only before is the leak. The session's
settings are worked out from the policies, so that it sees some rows by right and others not, and a
stranger without any grant must be refused.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from backstay.lab.building import run
from backstay.lab.planning import CannotBuild
from backstay.lab.quoting import identifier, relation
from backstay.model.data import Name, Policy, Table, View
from backstay.model.verdicts import Receipt, Verdict, not_proven
from backstay.proofs.bounds import Clock, bounded
from backstay.proofs.guarded_tables import Scene, scene_of
from backstay.proofs.row_security_building import (
    Cast,
    Stage,
    cast_for,
    give_role_name,
    policy_statement,
    set_up,
    share_values,
)
from backstay.proofs.row_security_session import (
    Session,
    apply_settings,
    choices_for,
    columns_named,
    columns_with_role_names,
    find_session,
)

if TYPE_CHECKING:
    from backstay.lab.server import Server
    from backstay.model.backend import Backend
    from backstay.model.findings import Finding

METHOD = "row-security-leak"
_GRANTS = (
    "The rows are made up, and the reader was given SELECT on everything here: which roles may read"
    " it for real was not looked at."
)
_OWNERS = (
    "The owner of tables and views is an ordinary role; a superuser, or a role with BYPASSRLS,"
    " reads past policies in any case."
)
_LIMITS = (_GRANTS, _OWNERS, "Only policies for reading were built.")


class _Question(NamedTuple):
    """What is asked: may ``reader`` see more by ``query`` than by ``fixed_query``?

    Attributes:
        table: whose policies are at issue.
        fix, undo: statements to the schema with the fix and back.
    """

    table: Name
    reader: str
    query: str
    fixed_query: str
    what: str
    fix: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()


class _Answer(NamedTuple):
    """What was read; the two reads with the schema as it is must agree."""

    session: Session
    as_is: Counter[str]
    again: Counter[str]
    fixed: Counter[str]
    stranger: int | None

    @property
    def leaked(self) -> int:
        """Rows that show only without the fix."""
        return (self.as_is - self.fixed).total()


def prove(finding: Finding, backend: Backend, server: Server) -> Verdict:
    """Put "rows show that a policy hides" to the test."""
    return bounded(lambda: _experiment(finding, backend, server))


def _experiment(finding: Finding, backend: Backend, server: Server) -> Verdict:
    fact = finding.evidence[0]
    view = fact if isinstance(fact, View) else None
    table = _table_at_issue(finding)
    scene = scene_of(backend, (table,), view)
    roles = _roles_of_readers(table, backend, fact)
    with cast_for(server, scene, roles) as cast, server.database() as database:
        stage = Stage(server, database, Clock(), scene, cast)
        set_up(stage, table)
        question = _question(fact, table, cast)
        answer = _asked(stage, question)
    return _verdict(question, answer, _receipt(finding, scene, question, answer, server))


def _table_at_issue(finding: Finding) -> Name:
    fact = finding.evidence[0]
    if isinstance(fact, Table):
        return fact.name
    if isinstance(fact, Policy):
        return fact.table
    tables = [each.name for each in finding.evidence if isinstance(each, Table)]
    if not tables:
        raise CannotBuild("the finding names no table")
    return tables[0]


def _roles_of_readers(table: Name, backend: Backend, fact: object) -> tuple[str, ...]:
    """The roles of the first policy that is meant for somebody in particular."""
    for policy in backend.policies_of(table):
        if policy.roles != ("public",) and policy != fact and policy.permissive:
            return policy.roles
    return ()


def _question(fact: object, table: Name, cast: Cast) -> _Question:
    everything = f"SELECT t::text FROM {relation(table)} AS t"  # noqa: S608
    alter = f"ALTER TABLE {relation(table)}"
    if isinstance(fact, View):
        return _Question(
            table=table,
            reader=cast.member,
            query=f"SELECT v::text FROM {relation(fact.name)} AS v",  # noqa: S608
            fixed_query=f"SELECT v::text FROM (\n{fact.definition}\n) AS v",  # noqa: S608
            what=f"{fact.name} shows",
        )
    if isinstance(fact, Policy):
        drop = f"DROP POLICY {identifier(fact.name)} ON {relation(table)}"
        return _Question(
            table=table,
            reader=cast.member,
            query=everything,
            fixed_query=everything,
            what=f"with policy {fact.name}, {table} shows",
            fix=(drop,),
            undo=(policy_statement(fact, cast),),
        )
    if isinstance(fact, Table) and not fact.row_security:
        return _Question(
            table=table,
            reader=cast.member,
            query=everything,
            fixed_query=everything,
            what=f"without row level security, {table} shows",
            fix=(f"{alter} ENABLE ROW LEVEL SECURITY",),
            undo=(f"{alter} DISABLE ROW LEVEL SECURITY",),
        )
    return _Question(
        table=table,
        reader=cast.owner,
        query=everything,
        fixed_query=everything,
        what=f"to its owner, {table} shows",
        fix=(f"{alter} FORCE ROW LEVEL SECURITY",),
        undo=(f"{alter} NO FORCE ROW LEVEL SECURITY",),
    )


def _asked(stage: Stage, question: _Question) -> _Answer:
    share_values(stage, question.table, columns_named(stage.scene))
    give_role_name(stage, columns_with_role_names(stage.scene))
    with stage.connect() as connection:
        choices = choices_for(connection, stage.scene)
        total = connection.execute(
            f"SELECT count(*) FROM {relation(question.table)}".encode()  # noqa: S608
        ).fetchone()
    assert total is not None
    _changed(stage, question.fix)
    with stage.connect(question.reader) as connection:
        session = find_session(connection, question.table, choices, total[0])
    fixed = _read(stage, question.reader, question.fixed_query, session)
    _changed(stage, question.undo)
    return _Answer(
        session=session,
        as_is=_read(stage, question.reader, question.query, session),
        again=_read(stage, question.reader, question.query, session),
        fixed=fixed,
        stranger=_stranger(stage, question, session),
    )


def _changed(stage: Stage, statements: tuple[str, ...]) -> None:
    if statements:
        with stage.connect(stage.cast.owner) as connection:
            for statement in statements:
                run(connection, statement)


def _read(stage: Stage, role: str, query: str, session: Session) -> Counter[str]:
    """The rows that a role reads in a session of its own, as texts."""
    with stage.connect(role) as connection:
        apply_settings(connection, session.settings)
        return Counter(str(row) for (row,) in connection.execute(query.encode()).fetchall())


def _stranger(stage: Stage, question: _Question, session: Session) -> int | None:
    """How many rows a role without grants reads; None where it is refused, as it must be."""
    from backstay.foreign.psycopg import errors  # noqa: PLC0415 (slow to import)

    try:
        return _read(stage, stage.cast.stranger, question.query, session).total()
    except errors.InsufficientPrivilege:
        return None


def _verdict(question: _Question, answer: _Answer, receipt: Receipt) -> Verdict:
    session, table = answer.session, question.table
    if answer.as_is != answer.again or answer.stranger is not None:
        return not_proven(
            "the same read twice gave different rows, or a stranger read some", receipt
        )
    if not answer.leaked and session.found == "all":
        return Verdict(
            state="refuted",
            reason=f"no session was found from which the policies of {table} hide a row",
            proof=receipt,
        )
    if not answer.leaked and session.found == "some":
        by_right = f"{session.visible:,} of {session.total:,} rows of {table}"
        return Verdict(
            state="refuted",
            reason=f"in a session that sees {by_right}, {question.what} nothing that is hidden"
            " from it",
            proof=receipt,
        )
    if session.found != "some":
        return not_proven(
            f"no session was found in which the policies of {table} let some rows through and hide"
            " others",
            receipt,
        )
    return Verdict(state="proven", proof=receipt)


def _receipt(
    finding: Finding, scene: Scene, question: _Question, answer: _Answer, server: Server
) -> Receipt:
    session = answer.session
    settings = ", ".join(f"{name} = {value}" for name, value in session.settings.items())
    owner = " as its owner" if question.reader.endswith("_owner") else ""
    return Receipt(
        finding=finding.id,
        method=METHOD,
        subject=f"one role reading{owner} in a session with {settings or 'no settings'}",
        statements=(
            *(f"SET {name} = '{value}'" for name, value in session.settings.items()),
            question.query,
            *question.fix,
            question.fixed_query,
        ),
        before={
            "rows_read": answer.as_is.total(),
            "hidden_rows_read": answer.leaked,
            "rows_read_again": answer.again.total(),
        },
        after={
            "rows_read": answer.fixed.total(),
            "hidden_rows_read": 0,
        },
        control={
            "rows_of_the_table": session.total,
            "rows_that_policies_let_through": session.visible,
            "rows_read_by_a_stranger": answer.stranger or 0,
        },
        sizes={},
        limits=(*_LIMITS, *scene.plan.left_out),
        repeat=f"backstay prove {finding.id}",
        environment={"postgresql": server.version},
    )
