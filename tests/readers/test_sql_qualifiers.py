from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.data import Policy, Trigger
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
create table membership (member text, team_id bigint);
create table letter (id bigint primary key, team_id bigint, body text);
create policy of_team on letter using (exists (
    select from membership m where m.team_id = letter.team_id and m.member = current_user));
create function touched() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touch before update on letter for each row
    when (old.body is distinct from new.body) execute function touched();
"""


def test_qualifiers_that_tell_two_tables_or_two_rows_apart_are_kept(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    facts = list(read_sql(["schema.sql"], Sources(tmp_path)))
    (policy,) = (fact for fact in facts if isinstance(fact, Policy))
    (trigger,) = (fact for fact in facts if isinstance(fact, Trigger))
    assert policy.using is not None
    assert "m.team_id = letter.team_id" in policy.using
    assert trigger.condition == "old.body IS DISTINCT FROM new.body"
