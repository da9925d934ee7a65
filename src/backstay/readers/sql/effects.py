"""What a statement does, in the words of ``migrations.EFFECTS``: the one table of effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from backstay.model.migrations import Effect
from backstay.readers.sql.column_effects import column_effects, constraint_effect
from backstay.readers.sql.types import strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.model.data import Name
    from backstay.readers.sql.naming import Naming

Effects = Iterator[Effect]


def effects_of(statement: Node, naming: Naming) -> tuple[Effect, ...]:
    """All that a statement does."""
    kind, node = next(iter(statement.items()))
    if kind in _PLAIN:
        return (Effect(what=_PLAIN[kind], on=_written_relation(node, naming)),)
    describe = _DESCRIBED.get(kind)
    return tuple(describe(node, naming)) if describe else (Effect(what="other"),)


def _written_relation(node: Node, naming: Naming) -> Name | None:
    for key in ("relation", "sequence", "view", "table", "typevar"):
        if isinstance(node.get(key), dict):
            return naming.relation(node[key])
    for key in ("typeName", "domainname", "funcname"):
        if isinstance(node.get(key), list):
            return naming.dotted(strings(node[key]))
    return None


def _flags(node: Node, **flags: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word, key in flags.items() if node.get(key))


# Tables


def _create_table(node: Node, naming: Naming) -> Effects:
    table = naming.new(node["relation"])
    yield Effect(what="create table", on=table, details=_flags(node, if_not_exists="if_not_exists"))
    for each in node.get("tableElts", []):
        if "Constraint" in each:
            yield constraint_effect(each["Constraint"], table, naming)
        elif "ColumnDef" in each:
            # What concerns the new table alone says nothing more; a foreign key has a second table.
            for effect in column_effects(each["ColumnDef"], table, naming):
                if effect.what != "add column":
                    yield effect
    if "partbound" in node:
        parent = naming.relation(node["inhRelations"][0]["RangeVar"])
        yield Effect(what="attach partition", on=parent, other=table)


def _create_table_as(node: Node, naming: Naming) -> Effects:
    materialized = node.get("objtype") == "OBJECT_MATVIEW"
    what = "create materialized view" if materialized else "create table as"
    details = _flags(node, if_not_exists="if_not_exists")
    yield Effect(what=what, on=naming.new(node["into"]["rel"]), details=details)


def _alter_table(node: Node, naming: Naming) -> Effects:
    relation = naming.relation(node["relation"])
    kind = node.get("objtype")
    if kind in _ALTERED:
        yield Effect(what=_ALTERED[kind], on=relation)
        return
    for each in node["cmds"]:
        command = each["AlterTableCmd"]
        subtype = command["subtype"]
        if subtype == "AT_AddColumn":
            details = _flags(command, if_not_exists="missing_ok")
            yield from column_effects(command["def"]["ColumnDef"], relation, naming, details)
        elif subtype == "AT_AddConstraint":
            yield constraint_effect(command["def"]["Constraint"], relation, naming)
        else:
            yield _command_effect(command, relation, naming)


_ALTERED = {
    "OBJECT_INDEX": "alter index",
    "OBJECT_VIEW": "alter view",
    "OBJECT_MATVIEW": "alter view",
    "OBJECT_SEQUENCE": "alter sequence",
    "OBJECT_TYPE": "alter type",
}


def _command_effect(command: Node, relation: Name, naming: Naming) -> Effect:
    subtype, definition = command["subtype"], command.get("def", {})
    what = _COMMANDS.get(subtype, "other")
    if subtype == "AT_ColumnDefault" and not definition:
        what = "drop default"
    other = definition.get("PartitionCmd", {}).get("name") or definition.get("RangeVar")
    details = list(_flags(command, if_exists="missing_ok"))
    if command.get("behavior") == "DROP_CASCADE":
        details.append("cascade")
    if definition.get("PartitionCmd", {}).get("concurrent"):
        details.append("concurrently")
    old = new = None
    if subtype == "AT_AlterColumnType":
        old = naming.type_of_column(relation, command["name"])
        new = naming.type_text(definition["ColumnDef"]["typeName"])
        details += ["using"] if "raw_default" in definition["ColumnDef"] else []
    return Effect(
        what=what,
        on=relation,
        column=command.get("name"),
        other=naming.relation(other) if other else None,
        old=old,
        new=new,
        details=tuple(details),
    )


_COMMANDS = {
    "AT_DropColumn": "drop column",
    "AT_AlterColumnType": "alter column type",
    "AT_ColumnDefault": "set default",
    "AT_SetNotNull": "set not null",
    "AT_DropNotNull": "drop not null",
    "AT_DropExpression": "drop expression",
    "AT_SetExpression": "set expression",
    "AT_AddIdentity": "add identity",
    "AT_SetIdentity": "alter identity",
    "AT_DropIdentity": "drop identity",
    **dict.fromkeys(
        ("AT_SetStatistics", "AT_SetStorage", "AT_SetCompression", "AT_SetOptions"),
        "set column options",
    ),
    "AT_ResetOptions": "set column options",
    "AT_DropConstraint": "drop constraint",
    "AT_ValidateConstraint": "validate constraint",
    "AT_AlterConstraint": "alter constraint",
    "AT_EnableRowSecurity": "enable row security",
    "AT_DisableRowSecurity": "disable row security",
    "AT_ForceRowSecurity": "force row security",
    "AT_NoForceRowSecurity": "do not force row security",
    "AT_SetLogged": "set logged",
    "AT_SetUnLogged": "set unlogged",
    "AT_AttachPartition": "attach partition",
    "AT_DetachPartition": "detach partition",
    "AT_DetachPartitionFinalize": "detach partition",
    "AT_AddInherit": "inherit",
    "AT_DropInherit": "stop inheriting",
    **dict.fromkeys(
        ("AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_EnableTrigAll"),
        "enable trigger",
    ),
    "AT_EnableTrigUser": "enable trigger",
    **dict.fromkeys(
        ("AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser"), "disable trigger"
    ),
    "AT_ChangeOwner": "set owner",
    "AT_SetRelOptions": "set options",
    "AT_ResetRelOptions": "set options",
    "AT_SetTableSpace": "set tablespace",
    "AT_SetAccessMethod": "set options",
    "AT_ReplicaIdentity": "set replica identity",
    "AT_ClusterOn": "cluster on",
    "AT_DropCluster": "cluster on",
}


# Everything else


def _create_index(node: Node, naming: Naming) -> Effects:
    what = "create index concurrently" if node.get("concurrent") else "create index"
    details = _flags(node, if_not_exists="if_not_exists", unique="unique", partial="whereClause")
    yield Effect(
        what=what, on=naming.relation(node["relation"]), new=node.get("idxname"), details=details
    )


def _drop(node: Node, naming: Naming) -> Effects:
    what = _DROPPED.get(node["removeType"], "other")
    if what == "drop index" and node.get("concurrent"):
        what = "drop index concurrently"
    details = _flags(node, if_exists="missing_ok")
    if node.get("behavior") == "DROP_CASCADE":
        details = (*details, "cascade")
    for each in node["objects"]:
        yield _dropped(what, node["removeType"], each, details, naming)


def _dropped(what: str, kind: str, node: Node, details: tuple[str, ...], naming: Naming) -> Effect:
    if "List" in node:
        parts = strings(node["List"]["items"])
    elif "ObjectWithArgs" in node:
        parts = strings(node["ObjectWithArgs"]["objname"])
    else:
        parts = strings([node]) or strings(node.get("TypeName", {}).get("names", []))
    if kind in {"OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"}:
        return Effect(what=what, on=naming.dotted(parts[:-1]), old=parts[-1], details=details)
    name = naming.dotted(parts)
    if kind == "OBJECT_INDEX":
        return Effect(what=what, on=naming.table_of_index(name), old=name.name, details=details)
    if kind in {"OBJECT_SCHEMA", "OBJECT_EXTENSION", "OBJECT_PUBLICATION"}:
        return Effect(what=what, old=name.name, details=details)
    return Effect(what=what, on=name, details=details)


_DROPPED = {
    "OBJECT_TABLE": "drop table",
    "OBJECT_FOREIGN_TABLE": "drop table",
    "OBJECT_VIEW": "drop view",
    "OBJECT_MATVIEW": "drop materialized view",
    "OBJECT_INDEX": "drop index",
    "OBJECT_SEQUENCE": "drop sequence",
    "OBJECT_TYPE": "drop type",
    "OBJECT_DOMAIN": "drop type",
    "OBJECT_FUNCTION": "drop function",
    "OBJECT_PROCEDURE": "drop function",
    "OBJECT_ROUTINE": "drop function",
    "OBJECT_AGGREGATE": "drop function",
    "OBJECT_TRIGGER": "drop trigger",
    "OBJECT_POLICY": "drop policy",
    "OBJECT_RULE": "drop rule",
    "OBJECT_SCHEMA": "drop schema",
    "OBJECT_EXTENSION": "drop extension",
    "OBJECT_STATISTIC_EXT": "drop statistics",
    "OBJECT_PUBLICATION": "drop publication",
}


def _rename(node: Node, naming: Naming) -> Effects:
    kind = node["renameType"]
    if "relation" in node:
        on = naming.relation(node["relation"])
    elif "List" in node.get("object", {}):
        on = naming.dotted(strings(node["object"]["List"]["items"]))
    elif "ObjectWithArgs" in node.get("object", {}):
        on = naming.dotted(strings(node["object"]["ObjectWithArgs"]["objname"]))
    else:
        on = None
    column = node.get("subname") if kind in {"OBJECT_COLUMN", "OBJECT_ATTRIBUTE"} else None
    old = node.get("subname") or (on.name if on else None)
    if kind == "OBJECT_INDEX" and on is not None:
        on = naming.table_of_index(on)
    what = _RENAMED.get(kind, "other")
    details = _flags(node, if_exists="missing_ok")
    yield Effect(what=what, on=on, column=column, old=old, new=node["newname"], details=details)


_RENAMED = {
    "OBJECT_TABLE": "rename table",
    "OBJECT_FOREIGN_TABLE": "rename table",
    "OBJECT_COLUMN": "rename column",
    "OBJECT_ATTRIBUTE": "alter type",
    "OBJECT_TABCONSTRAINT": "rename constraint",
    "OBJECT_INDEX": "rename index",
    "OBJECT_VIEW": "rename view",
    "OBJECT_MATVIEW": "rename view",
    "OBJECT_SEQUENCE": "rename sequence",
    "OBJECT_TYPE": "rename type",
    "OBJECT_DOMAIN": "rename type",
    "OBJECT_DOMCONSTRAINT": "alter domain",
    "OBJECT_FUNCTION": "rename function",
    "OBJECT_PROCEDURE": "rename function",
    "OBJECT_ROUTINE": "rename function",
    "OBJECT_AGGREGATE": "rename function",
    "OBJECT_TRIGGER": "rename trigger",
    "OBJECT_POLICY": "rename policy",
    "OBJECT_SCHEMA": "rename schema",
    "OBJECT_ROLE": "alter role",
}


def _changed_rows(what: str) -> Callable[[Node, Naming], Effects]:
    def describe(node: Node, naming: Naming) -> Effects:
        details = () if "whereClause" in node or what in {"insert", "merge"} else ("all rows",)
        yield Effect(what=what, on=naming.relation(node["relation"]), details=details)

    return describe


def _each_relation(what: str) -> Callable[[Node, Naming], Effects]:
    def describe(node: Node, naming: Naming) -> Effects:
        for each in node["relations"]:
            yield Effect(what=what, on=naming.relation(each["RangeVar"]))

    return describe


def _enum_value(node: Node, naming: Naming) -> Effects:
    what = "rename enum value" if "oldVal" in node else "add enum value"
    on = naming.dotted(strings(node["typeName"]))
    details = _flags(node, if_not_exists="skipIfNewValExists")
    yield Effect(what=what, on=on, old=node.get("oldVal"), new=node["newVal"], details=details)


def _copy(node: Node, naming: Naming) -> Effects:
    on = naming.relation(node["relation"]) if "relation" in node else None
    yield Effect(what="copy" if node.get("is_from") else "select", on=on)


def _vacuum(node: Node, naming: Naming) -> Effects:
    names = [each["DefElem"]["defname"] for each in node.get("options", [])]
    what = "vacuum full" if "full" in names else "vacuum"
    if not node.get("is_vacuumcmd"):
        what = "analyze"
    relations = [each["VacuumRelation"]["relation"] for each in node.get("rels", [])]
    if not relations:
        yield Effect(what=what)
    for each in relations:
        yield Effect(what=what, on=naming.relation(each))


def _concurrent(what: str) -> Callable[[Node, Naming], Effects]:
    def describe(node: Node, naming: Naming) -> Effects:
        names = [each["DefElem"]["defname"] for each in node.get("params", [])]
        together = node.get("concurrent") or "concurrently" in names
        on = naming.relation(node["relation"]) if "relation" in node else None
        if what == "reindex" and node.get("kind") == "REINDEX_OBJECT_INDEX" and on is not None:
            on = naming.table_of_index(on)
        yield Effect(what=f"{what} concurrently" if together else what, on=on)

    return describe


def _view(node: Node, naming: Naming) -> Effects:
    details = _flags(node, or_replace="replace")
    yield Effect(what="create view", on=naming.new(node["view"]), details=details)


def _function(node: Node, naming: Naming) -> Effects:
    details = _flags(node, or_replace="replace")
    on = naming.dotted(strings(node["funcname"]))
    yield Effect(what="create function", on=on, details=details)


def _transaction(node: Node, _: Naming) -> Effects:
    kind = node["kind"].removeprefix("TRANS_STMT_").lower()
    words = {"begin": "begin", "start": "begin", "commit": "commit", "rollback": "rollback"}
    yield Effect(what=words.get(kind, "savepoint"))


def _select(node: Node, naming: Naming) -> Effects:
    if "intoClause" in node:
        yield Effect(what="create table as", on=naming.new(node["intoClause"]["rel"]))
    else:
        yield Effect(what="select")


def _grant(node: Node, naming: Naming) -> Effects:
    what = "grant" if node.get("is_grant") else "revoke"
    relations = [each["RangeVar"] for each in node.get("objects", []) if "RangeVar" in each]
    if not relations:
        yield Effect(what=what)
    for each in relations:
        yield Effect(what=what, on=naming.relation(each))


def _moved(node: Node, naming: Naming) -> Effects:
    on: Any = None
    if "relation" in node:
        on = naming.relation(node["relation"])
    elif "List" in node.get("object", {}):
        on = naming.dotted(strings(node["object"]["List"]["items"]))
    yield Effect(what="set schema", on=on, new=node["newschema"])


_PLAIN = {
    "CreateEnumStmt": "create enum",
    "CreateDomainStmt": "create domain",
    "AlterDomainStmt": "alter domain",
    "CompositeTypeStmt": "create type",
    "CreateRangeStmt": "create type",
    "DefineStmt": "create type",
    "AlterTypeStmt": "alter type",
    "CreateSeqStmt": "create sequence",
    "AlterSeqStmt": "alter sequence",
    "AlterFunctionStmt": "alter function",
    "CreateTrigStmt": "create trigger",
    "CreatePolicyStmt": "create policy",
    "AlterPolicyStmt": "alter policy",
    "RuleStmt": "create rule",
    "CreateSchemaStmt": "create schema",
    "CreateExtensionStmt": "create extension",
    "AlterExtensionStmt": "alter extension",
    "AlterExtensionContentsStmt": "alter extension",
    "CreateStatsStmt": "create statistics",
    "AlterStatsStmt": "alter statistics",
    "CreatePublicationStmt": "create publication",
    "AlterPublicationStmt": "alter publication",
    "CreateRoleStmt": "create role",
    "AlterRoleStmt": "alter role",
    "AlterRoleSetStmt": "alter role",
    "DropRoleStmt": "drop role",
    "GrantRoleStmt": "grant",
    "AlterDefaultPrivilegesStmt": "set default privileges",
    "AlterOwnerStmt": "set owner",
    "CommentStmt": "comment",
    "CallStmt": "call",
    "DoStmt": "do",
    "VariableSetStmt": "set",
    "AlterDatabaseSetStmt": "set",
    "ClusterStmt": "cluster",
    "DiscardStmt": "set",
}

_DESCRIBED: dict[str, Callable[[Node, Naming], Effects]] = {
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": lambda node, naming: _create_table(node["base"], naming),
    "CreateTableAsStmt": _create_table_as,
    "AlterTableStmt": _alter_table,
    "IndexStmt": _create_index,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _moved,
    "AlterEnumStmt": _enum_value,
    "ViewStmt": _view,
    "CreateFunctionStmt": _function,
    "RefreshMatViewStmt": _concurrent("refresh materialized view"),
    "ReindexStmt": _concurrent("reindex"),
    "InsertStmt": _changed_rows("insert"),
    "UpdateStmt": _changed_rows("update"),
    "DeleteStmt": _changed_rows("delete"),
    "MergeStmt": _changed_rows("merge"),
    "TruncateStmt": _each_relation("truncate"),
    "LockStmt": _each_relation("lock"),
    "CopyStmt": _copy,
    "VacuumStmt": _vacuum,
    "TransactionStmt": _transaction,
    "SelectStmt": _select,
    "GrantStmt": _grant,
}
