from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.model.data import Name
from backstay.model.errors import BadRequest, NotAvailable
from backstay.project.first_settings import guess_stage, initial_settings, schema_text
from backstay.project.settings import (
    Settings,
    Target,
    load_settings,
    settings_file,
    settings_schema,
    stated_sizes,
    with_current_names,
)
from backstay.project.toml_files import offset_of

COMMITTED_SCHEMA = Path(__file__).parents[2] / "docs" / "backstay.schema.json"


def write(folder: Path, text: str) -> Path:
    path = folder / "backstay.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    write(folder, text)
    with pytest.raises(BadRequest) as refused:
        load_settings(folder)
    return str(refused.value)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    assert Settings().fail_on == "high"


def test_every_setting_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        stage = "enterprise"
        fail_on = "low"
        include = ["tests/*.sql"]
        exclude = ["/legacy/**"]
        postgresql = 16
        budget_seconds = 90
        practices = { off = ["a"], on = ["b"] }
        severity.c = "info"
        [tables]
        purchase = 2_000_000
        "billing.invoice" = 5
        [tables."db/migrations"]
        session = 7
        [targets.staging]
        url = "env:DATABASE_URL"
        """,
    )
    settings = load_settings(tmp_path)
    assert (settings.stage, settings.fail_on, settings.postgresql) == ("enterprise", "low", 16)
    assert settings.include == ("tests/*.sql",)
    assert settings.exclude == ("/legacy/**",)
    assert settings.budget_seconds == 90.0
    assert (settings.practices.off, settings.practices.on) == (("a",), ("b",))
    assert settings.severity == {"c": "info"}
    assert settings.tables["db/migrations"] == {"session": 7}
    assert settings.targets["staging"].allow == ("read",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('\nfail-on = "low"', "backstay.toml:2: unknown setting `fail-on`. Did you mean fail_on?"),
        ("[practices]\n\nof = []", "backstay.toml:3: unknown setting `practices.of`. Did you mean"),
        ("colour = 1", "backstay.toml:1: unknown setting `colour`. Known: stage, fail_on,"),
        ('# x\nstage = "grown"', "backstay.toml:2: `stage` must be one of"),
        ('stage = "grown"', "Did you mean growing?"),
        ("postgresql = 12", "`postgresql` must be a whole number from 13 to 18, not 12."),
        ('postgresql = "16"', '`postgresql` must be a whole number from 13 to 18, not "16".'),
        ("budget_seconds = 0", "`budget_seconds` must be a number above 0, not 0."),
        ("exclude = 'a'", "`exclude` must be a list, as in [...], not text."),
        ("exclude = [\n'a',\n'../b']", "backstay.toml:1: `exclude.1` must be a pattern as in"),
        ("exclude = ['#a']", "`exclude.0` must be a pattern"),
        ("exclude = ['']", "`exclude.0` must be a pattern"),
        ("exclude = [1979-05-27]", "not a date or time."),
        ("practices = 3", "`practices` must be a table, not 3."),
        ("[tables]\na = -1", "backstay.toml:2: `tables.a` must be a whole number, at least 0"),
        ("[tables]\na = true", "backstay.toml:2: `tables.a` must be a whole number"),
        ("[tables.x]\na.b = 1", "backstay.toml:2: `tables.x.a` must be a whole number"),
        ("[severity]\nx = 'hi'", "backstay.toml:2: `severity.x` must be one of"),
        ("[targets.s]\nallow = ['read']", "backstay.toml:1: `targets.s` lacks `url`. Add it."),
        ("[targets.s]\nurl='env:A'\nallow=['all']", "backstay.toml:3: `targets.s.allow.0` must be"),
        ("[targets]\ns = 'x'", "backstay.toml:2: `targets.s` must be a table, not text."),
        ("practices.on = ['a']\npractices.off = ['a']", "backstay.toml:1: a is both on and off."),
        ("a = ", "backstay.toml:1: not valid TOML: Invalid value."),
        ("x = '''\n\n", "backstay.toml:3: not valid TOML:"),
        ("fail_on = 'low'\nfail_on = 'low'", "backstay.toml:2: not valid TOML: Cannot overwrite"),
        ("a = " + "[" * 5000, "backstay.toml: nested too deeply."),
        ("<<<<<<< ours\na = 1\n=======\n", "backstay.toml:1: an unfinished merge."),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert message in refusal(tmp_path, text)


def test_all_faults_are_named_at_once_up_to_ten(tmp_path: Path) -> None:
    lines = refusal(tmp_path, "\n".join(f"x{n} = {n}" for n in range(25))).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "... and 15 more."


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hunter2@db/shop",
        "postgresql://db/shop?password=hunter2",
        "env:",
        "shop",
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    message = refusal(tmp_path, f"[targets.shop]\nurl = '{url}'")
    assert message.startswith("backstay.toml:2: ")
    assert "env:" in message
    assert "hunter2" not in message


def test_a_target_takes_its_address_from_the_environment() -> None:
    target = Target(url="env:DATABASE_URL")
    assert target.address({"DATABASE_URL": "postgresql://db/shop"}) == "postgresql://db/shop"
    with pytest.raises(NotAvailable, match="DATABASE_URL is not set"):
        target.address({})
    assert Target(url="postgresql://db/shop").address({}) == "postgresql://db/shop"


def test_what_is_not_a_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "backstay.toml"
    path.write_bytes(b"a = 1\n\xff")
    with pytest.raises(BadRequest, match=r"backstay.toml:2: not UTF-8"):
        load_settings(tmp_path)
    path.write_bytes(b" " * 2_000_000)
    with pytest.raises(BadRequest, match="larger than"):
        load_settings(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(BadRequest, match=r"cannot be read|not a regular file"):
        load_settings(tmp_path)


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    (tmp_path / "backstay.toml").write_bytes(b"\xef\xbb\xbfstage = 'growing'\r\n")
    assert load_settings(tmp_path).stage == "growing"


def test_the_file_is_found_in_parents_up_to_the_repository(tmp_path: Path) -> None:
    outer = write(tmp_path, 'stage = "growing"')
    inner = tmp_path / "repository" / "services" / "shop"
    inner.mkdir(parents=True)
    assert settings_file(inner) is None, "without a repository only the root itself counts"
    (tmp_path / "repository" / ".git").write_text("gitdir: elsewhere")
    assert settings_file(inner) is None, "what lies outside the repository does not count"
    found = write(tmp_path / "repository", 'stage = "startup"')
    assert settings_file(inner) == found.resolve()
    assert load_settings(inner).stage == "startup"
    assert load_settings(inner, explicit=outer).stage == "growing"


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="There is no settings file"):
        load_settings(tmp_path, explicit=tmp_path / "other.toml")


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('stage = "growing"')
    root = tmp_path / "repository"
    root.mkdir()
    (root / "backstay.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(BadRequest, match="leads out of the repository"):
        load_settings(root)
    (root / "backstay.toml").unlink()
    (root / "backstay.toml").symlink_to(root / "nothing.toml")
    with pytest.raises(BadRequest, match="cannot be read: No such file"):
        load_settings(root)


def test_practices_get_their_present_names(tmp_path: Path) -> None:
    path = write(tmp_path, 'practices.off = ["old-name"]\nseverity.old-name = "low"')
    names = {"old-name": "new-name", "new-name": "new-name"}
    settings = with_current_names(load_settings(tmp_path), path, names.get, names)
    assert settings.practices.off == ("new-name",)
    assert settings.severity == {"new-name": "low"}


def test_an_unknown_practice_is_refused_with_its_line_and_close_names(tmp_path: Path) -> None:
    path = write(tmp_path, '[practices]\n\noff = ["foriegn-key"]\n[severity]\nz = "low"')
    settings = load_settings(tmp_path)
    with pytest.raises(BadRequest) as refused:
        with_current_names(settings, path, {"foreign-key": "foreign-key"}.get, ["foreign-key"])
    assert str(refused.value).splitlines() == [
        "backstay.toml:3: there is no practice named `foriegn-key`. Did you mean foreign-key?",
        "backstay.toml:5: there is no practice named `z`. See: backstay practices",
    ]


def test_stated_sizes_belong_to_tables(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [tables]
        purchase = 1
        billing.invoice = 2
        "audit.entry" = 3
        entry = 4
        [tables."db/migrations"]
        purchase = 5
        """,
    )
    tables = [
        Name(database="schema.sql", name="purchase"),
        Name(database="db/migrations/", name="purchase"),
        Name(database="schema.sql", schema="billing", name="invoice"),
        Name(database="schema.sql", schema="audit", name="entry"),
        Name(database="schema.sql", name="customer"),
    ]
    sizes, unused = stated_sizes(load_settings(tmp_path), tables)
    assert [(size.table.database, size.rows) for size in sizes] == [
        ("schema.sql", 1),
        ("db/migrations/", 5),
        ("schema.sql", 2),
        ("schema.sql", 3),
    ]
    assert {size.source for size in sizes} == {"stated"}
    assert [each.what for each in unused] == ["the stated size of entry"]


def test_the_committed_schema_is_current() -> None:
    assert COMMITTED_SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "run: python tools/write_docs.py"
    )


def test_the_schema_accepts_what_is_accepted_and_refuses_what_is_refused() -> None:
    validator = jsonschema_rs.validator_for(settings_schema())
    assert validator.is_valid({"stage": "growing", "tables": {"a": 1, "db": {"b": 2}}})
    assert not validator.is_valid({"stage": "grown"})
    assert not validator.is_valid({"colour": 1})
    assert not validator.is_valid({"targets": {"s": {"url": "postgresql://a:b@c/d"}}})
    for part in json.loads(schema_text())["$defs"].values():
        assert all("description" in each for each in part["properties"].values())


@pytest.mark.parametrize("stage", ["startup", "growing", "enterprise"])
def test_the_first_settings_are_valid(tmp_path: Path, stage: str) -> None:
    text = initial_settings(
        stage,  # type: ignore[arg-type]  # a parametrised literal
        reason="guessed from\nlittle",
        postgresql=17,
        tables={"purchase": 10, 'odd "name"': 1},
    )
    write(tmp_path, text)
    settings = load_settings(tmp_path)
    assert (settings.stage, settings.postgresql) == (stage, 17)
    assert settings.tables == {"purchase": 10, 'odd "name"': 1}
    assert text.startswith("#:schema ./.backstay.schema.json\n")


def test_the_commented_settings_are_valid_too(tmp_path: Path) -> None:
    text = initial_settings("growing")
    lines = [
        line.removeprefix("# ")
        if line.startswith("# ") and (" = " in line or "[" in line)
        else line
        for line in text.splitlines()
    ]
    write(tmp_path, "\n".join(lines))
    settings = load_settings(tmp_path)
    assert settings.targets["staging"].allow == ("read",)
    assert settings.practices.off
    assert settings.severity
    assert settings.tables["purchase"] == 2_000_000


def test_a_stage_is_guessed_from_two_signs() -> None:
    assert guess_stage(services=2, tables=10, operations=20)[0] == "startup"
    assert guess_stage(services=2, tables=900, operations=20)[0] == "startup", "one sign is few"
    assert guess_stage(services=8, tables=60, operations=20)[0] == "growing"
    assert guess_stage(services=40, tables=900, operations=20, contributors=3)[0] == "enterprise"
    stage, reason = guess_stage(services=1, tables=12, operations=30, contributors=2)
    assert stage == "startup"
    assert reason.startswith("guessed from 1 service, 12 tables, 30 operations, 2 contributors")


KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
VALUES = st.one_of(
    st.just('"""a\n[x]\n"""'),
    st.just("'''\n#'''"),
    st.just('"a # b [c"'),
    st.just("[\n 1, # ]\n 2\n]"),
    st.just("{ a = [1] }"),
    st.just("1979-05-27T07:32:00Z"),
)


@given(st.lists(st.tuples(KEYS, VALUES), unique_by=lambda pair: pair[0], max_size=6))
def test_the_line_of_a_key_is_found_whatever_stands_above(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"# {key} = 0\n{key} = {value} # {key}\n" for key, value in pairs)
    text += "[[entry]]\nx = 1\n[[entry]]\ny.z = 2\n"
    for key, value in pairs:
        offset = offset_of(text, (key,))
        assert offset is not None
        assert text[offset:].startswith(f"{key} = {value}")
    offset = offset_of(text, ("entry", 1, "y", "z"))
    assert offset is not None
    assert text[offset:] == "y.z = 2\n"
