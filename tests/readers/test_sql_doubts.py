from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.facts import NotChecked, Unread
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path


def test_a_reason_is_told_once_for_each_file(tmp_path: Path) -> None:
    sql = "create table t (a int);\n" + "drop view missing;\n" * 30 + "drop type x;\n" * 2
    read = Read(tmp_path, {"a.sql": sql, "b.sql": "create table u (a int); drop view missing;"})
    assert [(each.where.file, each.why) for each in read.of(NotChecked)] == [  # type: ignore[union-attr]
        ("a.sql", "what is to be dropped does not exist (32 times)"),
        ("b.sql", "what is to be dropped does not exist"),
    ]
    assert read.text(read.of(NotChecked)[0]) == "drop view missing"


def test_many_reasons_in_one_file_are_counted(tmp_path: Path) -> None:
    wrong = "".join(f"create tabel{number} t (a int);\n" for number in range(40))
    read = Read(tmp_path, {"a.sql": "create table t (a jsonb);\n" * 1 + wrong})
    told = [each.why for each in read.of(Unread)]
    assert told[:2] == ['syntax error at or near "tabel0"', 'syntax error at or near "tabel1"']
    assert told[10:] == ["30 more statements"]
