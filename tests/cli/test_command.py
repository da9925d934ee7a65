from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import jsonschema_rs
import pytest

from backstay.capabilities.capability import fields_of
from backstay.cli.commands import SUMMARIES, command_named

SCHEMA = """
create table customer (id bigint primary key);
create table purchase (id bigint primary key, customer_id bigint references customer (id));
"""


def backstay(
    *arguments: str, cwd: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backstay", *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    return tmp_path


def test_help_names_every_command_and_an_example(tmp_path: Path) -> None:
    shown = backstay("--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert all(f"  {name} " in shown.stdout for name in SUMMARIES)
    assert "example: backstay review . --prove" in shown.stdout


@pytest.mark.parametrize("name", SUMMARIES)
def test_each_command_has_help_with_an_example(name: str, tmp_path: Path) -> None:
    capability = command_named(name)
    shown = backstay(name, "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert capability.example in " ".join(shown.stdout.split())
    assert capability.summary == SUMMARIES[name]
    assert capability.name == name
    assert all(field.option.help for field in fields_of(capability.input))


def test_a_finding_below_the_threshold_exits_with_0(project: Path) -> None:
    assert backstay("review", cwd=project).returncode == 0


def test_a_finding_at_the_threshold_exits_with_1(project: Path) -> None:
    assert backstay("review", "--fail-on", "medium", cwd=project).returncode == 1


def test_json_holds_the_documented_envelope(project: Path) -> None:
    shown = backstay("review", ".", "--json", cwd=project)
    report = json.loads(shown.stdout)
    (finding,) = report["findings"]
    assert report["command"] == "review"
    assert report["targets"] == ["."]
    assert report["summary"]["findings"] == 1
    assert report["summary"]["by_severity"] == {"medium": 1}
    assert finding["practice"] == "foreign-key-without-index"
    assert finding["where"]["file"] == "schema.sql"
    assert finding["where"]["line"] == 3
    assert finding["verdict"] == "not-proven"
    assert finding["evidence"][0]["kind"] == "foreign-key"
    assert "create index" in finding["fix"]["sql"]
    assert set(report) >= {"backstay", "stage", "refuted", "unread", "not_checked"}


def test_reports_are_the_same_from_run_to_run(project: Path) -> None:
    for form in ("json", "text", "sarif", "markdown", "html"):
        first = backstay("review", "--format", form, cwd=project)
        assert first.stdout
        assert first.stdout == backstay("review", "--format", form, cwd=project).stdout


def test_output_goes_to_a_file_whole_and_with_usual_permissions(project: Path) -> None:
    shown = backstay("review", "--json", "--output", "report.json", cwd=project)
    assert shown.stdout == ""
    assert json.loads((project / "report.json").read_text())["command"] == "review"
    assert (project / "report.json").stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert sorted(each.name for each in project.iterdir()) == ["report.json", "schema.sql"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reviev"], "Did you mean 'review'"),
        (["schema.sql"], "backstay review schema.sql"),
        (["review", "shema.sql"], "Did you mean 'schema.sql'"),
        (["review", "--frobnicate"], "backstay review --help"),
        (["review", "--stage", "huge"], "startup"),
        (["review", "postgresql://localhost/x"], "not reviewed yet"),
        (["review", "--since", "HEAD~1"], "git"),
        (["review", "--since", "--output=x"], "expected one argument"),
        (["review", "--output", "no/such/folder/report"], "cannot be written"),
        (["explain", "foreign-key-without-indx"], "foreign-key-without-index"),
        (["explain", "0123456789ab"], "backstay review --json"),
        (["prove", "0123456789ab"], "There is no finding"),
        (["approve", "0123456789ab"], "--reason"),
        (["facts", "--kind", "tabel"], "table"),
        (["facts", "/no/such/place"], "There is no"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do_next(
    arguments: list[str], said: str, project: Path
) -> None:
    shown = backstay(*arguments, cwd=project)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert shown.stderr.startswith("backstay: ")
    assert "Traceback" not in shown.stderr
    assert shown.stdout == ""


def test_unknown_settings_are_refused_with_their_line(project: Path) -> None:
    (project / "backstay.toml").write_text('stage = "startup"\nfail_onn = "low"\n')
    shown = backstay("review", cwd=project)
    assert shown.returncode == 2
    assert "fail_onn" in shown.stderr
    assert "2" in shown.stderr


def test_nothing_is_written_into_the_reviewed_project(project: Path) -> None:
    backstay("review", cwd=project)
    assert [each.name for each in project.iterdir()] == ["schema.sql"]


def test_silence_on_standard_error_when_piped(project: Path) -> None:
    assert backstay("review", cwd=project).stderr == ""


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    command = f"{sys.executable} -m backstay review --json --quiet | head -c 1 > /dev/null"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""


def test_approve_then_review_says_how_many_were_approved(project: Path) -> None:
    report = json.loads(backstay("review", "--json", cwd=project).stdout)
    finding = report["findings"][0]["id"]
    shown = backstay("approve", finding, "--reason", "a table of ten rows", cwd=project)
    assert shown.returncode == 0
    assert "a table of ten rows" in (project / "backstay-approvals.toml").read_text()
    after = json.loads(backstay("review", "--json", cwd=project).stdout)
    assert after["findings"] == []
    assert after["summary"]["approved"] == 1


def test_init_writes_settings_that_are_read_again_and_never_touches_existing_ones(
    project: Path,
) -> None:
    assert backstay("init", cwd=project).returncode == 0
    written = (project / "backstay.toml").read_text()
    assert 'stage = "startup"' in written
    assert backstay("review", cwd=project).returncode == 0
    again = backstay("init", cwd=project)
    assert again.returncode == 2
    assert (project / "backstay.toml").read_text() == written


def test_an_empty_directory_is_no_clean_bill(tmp_path: Path) -> None:
    shown = backstay("review", cwd=tmp_path)
    assert shown.returncode == 0
    assert "nothing" in shown.stdout.lower()
    assert "not" in shown.stdout.lower()


def test_text_names_files_from_the_current_directory_and_json_from_the_root(project: Path) -> None:
    (project / "backstay.toml").write_text("")
    (project / "below").mkdir()
    shown = backstay("review", "..", cwd=project / "below")
    assert "../schema.sql:3:" in shown.stdout
    report = json.loads(backstay("review", "..", "--json", cwd=project / "below").stdout)
    assert report["findings"][0]["where"]["file"] == "schema.sql"


def git(*arguments: str, cwd: Path) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def test_since_reports_only_what_a_change_introduced(project: Path) -> None:
    git("init", "-q", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "-qm", "first", cwd=project)
    added = SCHEMA + "create table gift (id bigint primary key, amount real);\n"
    (project / "schema.sql").write_text("-- a comment that shifts lines\n" * 10 + added)
    report = json.loads(backstay("review", "--since", "HEAD", "--json", cwd=project).stdout)
    assert [each["practice"] for each in report["findings"]] == ["money-as-float"]
    everything = json.loads(backstay("review", "--json", cwd=project).stdout)
    assert len(everything["findings"]) == 2


def test_ids_do_not_change_when_lines_are_added_above(project: Path) -> None:
    before = json.loads(backstay("review", "--json", cwd=project).stdout)["findings"]
    (project / "schema.sql").write_text("-- more\n" * 10 + SCHEMA)
    after = json.loads(backstay("review", "--json", cwd=project).stdout)["findings"]
    assert [each["id"] for each in after] == [each["id"] for each in before]
    assert after[0]["where"]["line"] == before[0]["where"]["line"] + 10


def test_a_comment_allows_a_finding_with_a_reason(project: Path) -> None:
    text = SCHEMA.replace("(id));", "(id)); -- backstay: allow foreign-key-without-index -- tiny")
    (project / "schema.sql").write_text(text)
    report = json.loads(backstay("review", "--json", cwd=project).stdout)
    assert report["findings"] == []
    assert report["summary"]["approved"] == 1


def test_the_baseline_holds_back_what_was_there(project: Path) -> None:
    assert backstay("review", "--write-baseline", cwd=project).returncode == 0
    assert json.loads(backstay("review", "--json", cwd=project).stdout)["findings"] == []
    held = backstay("review", "--json", "--no-baseline", cwd=project)
    assert len(json.loads(held.stdout)["findings"]) == 1


def test_severity_and_practices_follow_the_settings(project: Path) -> None:
    (project / "backstay.toml").write_text('[severity]\nforeign-key-without-index = "critical"\n')
    assert backstay("review", cwd=project).returncode == 1
    (project / "backstay.toml").write_text('[practices]\noff = ["foreign-key-without-index"]\n')
    assert json.loads(backstay("review", "--json", cwd=project).stdout)["findings"] == []


def test_the_second_run_reads_from_the_cache_and_says_the_same(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {"BACKSTAY_CACHE": str(tmp_path_factory.mktemp("cache"))}
    old = (project / "schema.sql").stat().st_mtime - 100
    os.utime(project / "schema.sql", (old, old))
    first = backstay("review", "--json", cwd=project, environment=environment)
    assert list(Path(environment["BACKSTAY_CACHE"]).rglob("*"))
    assert backstay("review", "--json", cwd=project, environment=environment).stdout == first.stdout


def test_output_to_a_pipe_or_through_a_link_leaves_both_in_place(project: Path) -> None:
    os.mkfifo(project / "pipe")
    reading = subprocess.Popen(["cat", str(project / "pipe")], stdout=subprocess.PIPE)
    assert backstay("review", "--json", "--output", "pipe", cwd=project).returncode == 0
    assert json.loads(reading.communicate(timeout=10)[0])["command"] == "review"
    assert (project / "pipe").is_fifo()
    (project / "kept.json").write_text("old")
    (project / "link.json").symlink_to("kept.json")
    assert backstay("review", "--json", "--output", "link.json", cwd=project).returncode == 0
    assert (project / "link.json").is_symlink()
    assert json.loads((project / "kept.json").read_text())["command"] == "review"


def test_a_standard_output_that_is_full_is_said(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "backstay", "review"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == "backstay: standard output cannot be written: No space left on device\n"


def test_a_statement_that_does_not_parse_is_named_with_its_line_and_the_rest_is_kept(
    project: Path,
) -> None:
    (project / "schema.sql").write_text(SCHEMA + "create tble gift (id bigint);\n")
    report = json.loads(backstay("review", "--json", cwd=project).stdout)
    assert len(report["findings"]) == 1
    (unread,) = report["unread"]
    assert unread["file"] == "schema.sql"
    assert unread["why"].startswith("line 4: ")


def test_before_the_first_commit_everything_is_new(project: Path) -> None:
    git("init", "-q", cwd=project)
    report = json.loads(backstay("review", "--since", "HEAD", "--json", cwd=project).stdout)
    assert len(report["findings"]) == 1


def test_json_fits_the_published_schema_and_names_the_filters(project: Path) -> None:
    schemas = Path(__file__).parent.parent.parent / "docs"
    validator = jsonschema_rs.validator_for(
        json.loads((schemas / "report.schema.json").read_text("utf-8"))
    )
    arguments = ("review", "--json", "--area", "data", "--practice", "money-as-float")
    report = json.loads(backstay(*arguments, cwd=project).stdout)
    validator.validate(report)
    assert report["filters"] == ["--area data", "--practice money-as-float"]
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate({**report, "findings": "none"})


def test_an_id_is_found_from_any_folder_of_the_project(project: Path) -> None:
    (project / "backstay.toml").write_text("")
    (project / "below").mkdir()
    report = json.loads(backstay("review", "--json", cwd=project).stdout)
    shown = backstay("explain", report["findings"][0]["id"], cwd=project / "below")
    assert "purchase (customer_id)" in shown.stdout


CONTRACT = """
openapi: 3.1.0
info: {title: shop, version: "1"}
paths:
  /orders:
    get:
      responses:
        "200":
          description: all
          content: {application/json: {schema: {$ref: "parts/order.yaml"}}}
"""


def test_a_part_of_a_contract_that_comes_later_is_seen(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(CONTRACT)
    cache = {"BACKSTAY_CACHE": str(tmp_path / "cache"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    arguments = ("review", "openapi.yaml", "--json", "--practice", "unresolved-reference")
    for _ in range(2):  # the second one from the cache
        time.sleep(0.05)
        report = json.loads(backstay(*arguments, cwd=tmp_path, environment=cache).stdout)
        assert report["summary"]["findings"] == 1
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "order.yaml").write_text("type: object")
    report = json.loads(backstay(*arguments, cwd=tmp_path, environment=cache).stdout)
    assert report["summary"]["findings"] == 0
