"""The pages about settings and about living with findings say what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import yaml

from backstay.project.approvals import ApprovalsFile
from backstay.project.settings import Settings

ROOT = Path(__file__).parents[2]


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def examples(page: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", text_of(page), re.DOTALL)


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = text_of("settings.md").partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    fields = msgspec.structs.fields(Settings)
    assert list(rows) == [field.name for field in fields]
    assert rows["fail_on"] == f'`"{Settings().fail_on}"`'


def test_the_examples_of_settings_are_valid() -> None:
    assert len(examples("settings.md")) == 4
    for example in examples("settings.md"):
        msgspec.convert(tomllib.loads(example), Settings)


def test_the_example_of_an_approval_is_valid() -> None:
    [example] = examples("living-with-it.md")
    assert msgspec.convert(tomllib.loads(example), ApprovalsFile).approval


def test_links_lead_to_headings() -> None:
    for page in ("settings.md", "living-with-it.md"):
        for target, anchor in re.findall(r"\]\(([\w.-]*)#([\w-]+)\)", text_of(page)):
            headings = re.findall(r"^#+ (.*)", text_of(target or page), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
            assert anchor in slugs


def test_the_hook_runs_the_review() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"].startswith("backstay review --since HEAD")
    assert hook["pass_filenames"] is False
