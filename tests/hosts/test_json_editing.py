from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.hosts.json_editing import path_to, with_entry, without_entry
from backstay.hosts.jsonc import parse
from backstay.model.errors import BadRequest

SERVER = {"type": "stdio", "command": "backstay", "args": ["mcp"]}


def server_in(text: str) -> str:
    return with_entry(text, ("mcpServers",), "backstay", SERVER, "mcp.json")


def hook_in(text: str) -> str:
    return with_entry(text, ("hooks", "PreToolUse"), None, {"matcher": "Edit"}, "settings.json")


def server_out(text: str) -> str:
    path = path_to(parse(text, ""), ("mcpServers", "backstay"))
    assert path is not None
    return without_entry(text, path)


def hook_out(text: str) -> str:
    path = path_to(parse(text, ""), ("hooks", "PreToolUse"))
    assert path is not None
    hooks = path[-1][1].value
    item = next(item for item in hooks.items if item.value.data == {"matcher": "Edit"})
    return without_entry(text, [*path, (hooks, item)])


def test_an_entry_goes_below_the_last_one_in_the_files_own_layout() -> None:
    before = (
        "{\n"
        "\t// the servers of the team\n"
        '\t"mcpServers": {\n'
        '\t\t"docs": {"command": "docs"} // read only\n'
        "\t}\n"
        "}\n"
    )
    assert server_in(before) == (
        "{\n"
        "\t// the servers of the team\n"
        '\t"mcpServers": {\n'
        '\t\t"docs": {"command": "docs"}, // read only\n'
        '\t\t"backstay": {\n'
        '\t\t\t"type": "stdio",\n'
        '\t\t\t"command": "backstay",\n'
        '\t\t\t"args": ["mcp"]\n'
        "\t\t}\n"
        "\t}\n"
        "}\n"
    )


def test_what_the_entry_belongs_to_is_made_where_it_is_missing() -> None:
    assert hook_in('{\n    "model": "x"\n}\n') == (
        '{\n    "model": "x",\n'
        '    "hooks": { "PreToolUse": [ {\n        "matcher": "Edit"\n    } ] }\n}\n'
    )


@pytest.mark.parametrize(
    "before",
    [
        "{}",
        "{ }",
        "{\n}",
        "{\r\n}\r\n",
        "\n {\t}\n",
        "{/* none */}",
        "{ // none\n}",
        '{"mcpServers": {}}',
        '{"mcpServers": { }}',
        '{"mcpServers": {  }}',
        '{"mcpServers": {\n}}',
        '{"mcpServers": {\n  }\n}',
        '{"mcpServers": {"a": {}}}',
        '{"mcpServers": {"a": {},}}',
        '{"mcpServers": {"a": {} , }}',
        '{"mcpServers": {"a": {}, // c\n}}',
        '{"mcpServers": {"a": {} /* , */ }, "b": [1,\n2,\n]}',
        '{"mcpServers": {"a": {}\n// last\n}}',
        '{"mcpServers": {"a": {} // trailing  \n}}',
        '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}',
        '{"hooks": {"PreToolUse": [{"matcher": "Bash"}]}}',
        '{"hooks": {"PreToolUse": [\n  {"matcher": "Bash"},\n]}}',
        '{"hooks": {"PreToolUse": []}}',
        '{"hooks": {"PreToolUse": [ ]}}',
        '{"hooks": {}}',
        '{"hooks": {"PostToolUse": []}}',
    ],
)
def test_what_was_put_in_comes_out_and_leaves_every_byte(before: str) -> None:
    assert server_out(server_in(before)) == before
    assert hook_out(hook_in(before)) == before
    both = hook_in(server_in(before))
    assert server_out(hook_out(both)) == before


def test_a_name_that_stands_twice_counts_where_it_stands_last() -> None:
    before = '{"mcpServers": {"old": 1}, "mcpServers": {"new": 2}}'
    assert parse(server_in(before), "").data["mcpServers"] == {"new": 2, "backstay": SERVER}
    assert server_out(server_in(before)) == before


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "too early"),
        ("[1]", 1, "not an object"),
        ('{"mcpServers": []}', 1, "`mcpServers` is not an object"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, "a comma"),
        ('{"a" 1}', 1, "a colon"),
        ("{'a': 1}", 1, "double quotes"),
        ('{"a": NaN}', 1, "no value"),
        ('{"a": 01}', 1, "no value"),
        ('{"a": "x\ny"}', 1, "a value is missing"),
        ('{"a": 1}\n}', 2, "more after the end"),
        ('{"a": /* open }', 1, "a value is missing"),
        ("{,}", 1, "a name"),
        ('{"a": ' + "[" * 200, 1, "deep"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadRequest, match=what) as told:
        server_in(text)
    assert f"mcp.json:{line}: " in str(told.value)
    assert "nothing was written" in str(told.value)


BLANK = st.sampled_from(["", "", " ", "  ", "\n", "\n  ", "\r\n\t", "\n\n", " \n "])
TRIVIA = st.lists(
    st.one_of(BLANK, st.sampled_from(["// a, b }\n", "/* c */", "/* , */\n", "//\r\n"])), max_size=3
).map("".join)
NAMES = st.sampled_from(["a", "mcp", "hooks", "PreToolUse", "mcpServers", 'q"', "é", "// no"])
SCALARS = st.one_of(
    st.integers(-5, 5), st.booleans(), st.none(), st.sampled_from(["", "x // y", "/* z", 'a"b'])
).map(lambda value: json.dumps(value, ensure_ascii=False))


@st.composite
def containers(draw: st.DrawFn, inner: st.SearchStrategy[str], opening: str) -> str:
    told: list[str] = []
    for _ in range(draw(st.integers(0, 3))):
        name = json.dumps(draw(NAMES)) if opening == "{" else None
        key = f"{name}{draw(TRIVIA)}:{draw(TRIVIA)}" if name else ""
        told.append(draw(TRIVIA) + key + draw(inner) + draw(TRIVIA))
    close = {"{": "}", "[": "]"}[opening]
    body = ",".join(told) or draw(TRIVIA)
    trailing: bool = draw(st.booleans())
    if told and trailing:
        body += "," + draw(TRIVIA)
    return opening + body + close


VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(containers(inner, "{"), containers(inner, "[")), max_leaves=8
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    return draw(TRIVIA) + draw(containers(VALUES, "{")) + draw(TRIVIA)


@given(documents())
def test_random_documents_are_read_as_json_reads_them_and_restored(before: str) -> None:
    data: Any = parse(before, "").data
    try:
        after = server_in(before)
    except BadRequest:
        assert not isinstance(data.get("mcpServers", {}), dict)
    else:
        wanted = {**data, "mcpServers": {**data.get("mcpServers", {}), "backstay": SERVER}}
        assert parse(after, "").data == wanted
        assert server_out(after) == before


@given(documents())
def test_an_element_of_a_list_is_put_in_and_taken_out(before: str) -> None:
    try:
        after = hook_in(before)
    except BadRequest:
        return
    hooks = parse(after, "").data["hooks"]["PreToolUse"]
    assert hooks[-1] == {"matcher": "Edit"}
    assert hook_out(after) == before
