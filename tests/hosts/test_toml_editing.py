from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.hosts.toml_editing import with_table, without_table
from backstay.model.errors import BadRequest

KEYS = ("mcp_servers", "backstay")
SERVER = {"command": "backstay", "args": ["mcp"], "tool_timeout_sec": 600}


def test_a_table_goes_to_the_end_and_comments_stay() -> None:
    before = '# mine\nmodel = "x" # fast\n'
    assert with_table(before, KEYS, SERVER, "config.toml") == (
        '# mine\nmodel = "x" # fast\n\n[mcp_servers.backstay]\ncommand = "backstay"\n'
        'args = ["mcp"]\ntool_timeout_sec = 600\n'
    )


PARTS = [
    "a = 1\n",
    "# a comment\n",
    "\n",
    '[mcp_servers.docs]\ncommand = "docs"\n',
    "[[lists]]\nx = 1\n",
    '[mcp_servers.docs.env]\nKEY = """\n[mcp_servers.backstay]\n"""\n',
    "list = [\n  1, # one\n]\n",
    '"[mcp_servers.backstay]" = 2\n',
    "[last]\r\ny = 2\r\n",
    "z = 'no end of line'",
]


@given(st.lists(st.sampled_from(PARTS), unique=True).map("".join))
def test_what_was_put_in_comes_out_and_leaves_every_byte(before: str) -> None:
    try:
        data = tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return
    after = with_table(before, KEYS, SERVER, "config.toml")
    assert tomllib.loads(after) == {
        **data,
        "mcp_servers": {**data.get("mcp_servers", {}), "backstay": SERVER},
    }
    assert without_table(after, KEYS) == before


def test_a_table_of_ours_is_found_among_tables_that_came_later() -> None:
    after = with_table("a = 1\n", KEYS, SERVER, "config.toml") + "\n[later]\nb = 2\n"
    assert without_table(after, KEYS) == "a = 1\n\n[later]\nb = 2\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a = \n", "config.toml:1: not valid"),
        ("a = 1\nb = [\n", "config.toml:3: not valid TOML"),
        ('mcp_servers = { docs = { command = "docs" } }\n', "Add this by hand"),
        ("mcp_servers = 3\n", "Add this by hand"),
    ],
)
def test_what_cannot_take_a_table_is_told(text: str, what: str) -> None:
    with pytest.raises(BadRequest, match=what):
        with_table(text, KEYS, SERVER, "config.toml")
