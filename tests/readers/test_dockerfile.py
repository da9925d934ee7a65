from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st

from backstay.model.deployment import BuildStage, ImageBuild
from backstay.model.facts import Unread
from backstay.model.places import Place
from backstay.readers.dockerfile import read_dockerfiles
from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path


def build_of(folder: Path, text: str, name: str = "Dockerfile") -> ImageBuild:
    (folder / name).write_bytes(dedent(text).encode())
    facts = list(read_dockerfiles([name], Sources(folder)))
    (build,) = (fact for fact in facts if isinstance(fact, ImageBuild))
    return build


def final_of(folder: Path, text: str) -> BuildStage:
    return build_of(folder, text).stages[-1]


def unread_of(folder: Path, data: bytes) -> list[str]:
    (folder / "Dockerfile").write_bytes(data)
    facts = read_dockerfiles(["Dockerfile"], Sources(folder))
    return [fact.why for fact in facts if isinstance(fact, Unread)]


def test_stages_know_what_they_stand_on(tmp_path: Path) -> None:
    build = build_of(
        tmp_path,
        """\
        # syntax=docker/dockerfile:1
        ARG PYTHON=3.12
        ARG RUNNER=python:${PYTHON}-slim
        FROM --platform=$BUILDPLATFORM golang:1.24 AS tools
        RUN make
        from ${RUNNER} as base
        USER app
        EXPOSE 80 443/udp
        FROM Base AS final
        COPY --from=tools --chown=1:1 /x /x
        RUN --mount=type=bind,from=ghcr.io/a/uv:1,target=/u pip install x
        """,
    )
    tools, base, final = build.stages
    assert tools.image is not None
    assert (tools.name, tools.image.text, tools.based_on) == ("tools", "golang:1.24", None)
    assert base.image is not None
    assert (base.image.text, base.image.assumed) == ("python:3.12-slim", True)
    assert (final.image, final.based_on, final.user) == (None, "Base", "app")
    assert final.root_image == base.image
    assert final.copies_from == ("tools", "ghcr.io/a/uv:1")
    assert final.exposed == ("80", "443/udp")
    assert (build.user, build.exposed) == ("app", ("80", "443/udp"))
    assert build.stage("BASE") is base
    assert build.stage("0") is tools
    assert build.stage(None) is final
    assert build.stage("nowhere") is None
    assert [(a.name, a.value) for a in build.arguments] == [
        ("PYTHON", "3.12"),
        ("RUNNER", "python:3.12-slim"),
    ]


def test_a_base_image_that_is_not_known_keeps_its_hole(tmp_path: Path) -> None:
    stage = final_of(tmp_path, "ARG BASE\nFROM ${BASE}:${TAG:-3} AS x\n")
    assert stage.image is not None
    assert (stage.image.text, stage.image.tag) == ("${BASE}:3", "3")


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("FROM a\nUSER app:app", "app:app"),
        ("FROM a\nARG UID=10\nUSER $UID", "10"),
        ("ARG UID=10\nFROM a\nARG UID\nUSER ${UID}:0", "10:0"),
        ("ARG UID=10\nFROM a\nUSER ${UID}", "${UID}"),
        ("FROM a\nENV NAME='the app' X=y\nUSER ${NAME}", "the app"),
        ("FROM a\nENV NAME the app\nUSER $NAME", "the app"),
        ("FROM a\nARG N=one\nENV N=two\nARG N=three\nUSER $N", "two"),
        ("FROM a\nUSER ${N:-root}", "root"),
        ("FROM a\nUSER one\nUSER two", "two"),
        ("FROM a AS b\nUSER one\nFROM c", None),
        ("FROM a\nUSER \\$N", "$N"),
        ("FROM a\nUSER\n", ""),
    ],
)
def test_the_user_is_the_last_one_with_variables_replaced(
    tmp_path: Path, text: str, user: str | None
) -> None:
    assert build_of(tmp_path, text).user == user


@pytest.mark.parametrize(
    ("text", "entry", "in_shell"),
    [
        ('FROM a\nCMD ["x", "y"]', "x y", False),
        ("FROM a\nCMD x y", "x y", True),
        ('FROM a\nENTRYPOINT ["e"]\nCMD ["y"]', "e y", False),
        ('FROM a\nCMD ["y"]\nENTRYPOINT ["e"]', "e y", False),
        ('FROM a AS b\nCMD ["y"]\nFROM b\nENTRYPOINT e', "e", True),
        ('FROM a AS b\nENTRYPOINT ["e"]\nFROM b\nCMD y', "e y", False),
        ("FROM a\nCMD ['x']", "['x']", True),
        ("FROM a", None, False),
    ],
)
def test_the_entry_joins_entry_point_and_command(
    tmp_path: Path, text: str, entry: str | None, in_shell: object
) -> None:
    stage = final_of(tmp_path, text)
    assert (stage.entry, stage.entry_in_shell) == (entry, in_shell)


def test_health_checks_in_their_forms(tmp_path: Path) -> None:
    def check(line: str) -> tuple[str | None, bool, bool]:
        found = final_of(tmp_path, f"FROM a\n{line}\n").health_check
        assert found is not None
        return found.command, found.shell, found.disabled

    assert check("HEALTHCHECK NONE") == (None, True, True)
    assert check("HEALTHCHECK --interval=5s CMD curl -f x") == ("curl -f x", True, False)
    assert check('HEALTHCHECK CMD ["curl", "x"]') == ("curl x", False, False)
    assert check("HEALTHCHECK") == (None, True, True)


def test_continuation_lines_comments_and_blank_lines_inside_them(tmp_path: Path) -> None:
    text = "FROM a\nRUN one \\\n  # a comment\n\n  && two \\  \n  && three\nUSER b\n"
    run, user = final_of(tmp_path, text).instructions[1:]
    assert run.arguments.split() == ["one", "&&", "two", "&&", "three"]
    assert (user.name, user.arguments) == ("USER", "b")
    assert text.encode()[run.where.start : run.where.end].startswith(b"RUN one")
    assert text.encode()[run.where.start : run.where.end].endswith(b"&& three")


def test_the_escape_directive_changes_the_continuation(tmp_path: Path) -> None:
    stage = final_of(tmp_path, "# escape=`\nFROM a\nCOPY x C:\\\nRUN one `\n two\n")
    assert [i.name for i in stage.instructions] == ["FROM", "COPY", "RUN"]
    late = final_of(tmp_path, "# hello\n# escape=`\nFROM a\nRUN one \\\n two\n")
    assert [i.name for i in late.instructions] == ["FROM", "RUN"]


def test_here_documents_belong_to_their_instruction(tmp_path: Path) -> None:
    stage = final_of(
        tmp_path,
        """\
        FROM a
        RUN <<EOF
        USER nobody
        FROM b
        EOF
        COPY <<-"A" <<'B' /etc/
        \tone
        \tA
        two
        B
        RUN cat <<EOF > /x && curl x | sh
        text
        EOF
        RUN echo $((1<<2))
        USER app
        """,
    )
    names = [instruction.name for instruction in stage.instructions]
    assert names == ["FROM", "RUN", "COPY", "RUN", "RUN", "USER"]
    assert stage.instructions[1].arguments == "<<EOF\nUSER nobody\nFROM b"
    assert stage.user == "app"


def test_a_here_document_without_its_end_takes_the_rest(tmp_path: Path) -> None:
    stage = final_of(tmp_path, "FROM a\nRUN <<EOF\none\nUSER x\n")
    assert [i.name for i in stage.instructions] == ["FROM", "RUN"]


def test_onbuild_does_not_change_the_stage_itself(tmp_path: Path) -> None:
    stage = final_of(tmp_path, "FROM a\nONBUILD USER x\nONBUILD RUN <<E\nUSER y\nE\n")
    assert stage.user is None
    assert [i.name for i in stage.instructions] == ["FROM", "ONBUILD", "ONBUILD"]


def test_environment_and_arguments_are_those_of_the_stage(tmp_path: Path) -> None:
    stage = final_of(
        tmp_path,
        "FROM a\nARG A=1 B\nENV C=\"x ${A}\" D=e\\ f\nENV OLD some text\nENV G='${A}'\n",
    )
    assert [(v.name, v.value) for v in stage.arguments] == [("A", "1"), ("B", None)]
    assert [(v.name, v.value) for v in stage.environment] == [
        ("C", "x 1"),
        ("D", "e f"),
        ("OLD", "some text"),
        ("G", "${A}"),
    ]


def test_windows_line_ends_and_a_byte_order_mark_keep_the_offsets_right(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfFROM a\r\nRUN one \\\r\n  two\r\nUSER b\r\n"
    (tmp_path / "Dockerfile").write_bytes(data)
    (build,) = read_dockerfiles(["Dockerfile"], Sources(tmp_path))
    assert isinstance(build, ImageBuild)
    texts = [data[i.where.start : i.where.end] for i in build.stages[0].instructions]
    assert texts == [b"FROM a", b"RUN one \\\r\n  two", b"USER b"]
    assert build.user == "b"


def test_values_that_double_with_every_line_stay_small(tmp_path: Path) -> None:
    lines = "\n".join("ENV A=$A$A$A$A" for _ in range(200))
    stage = final_of(tmp_path, f"FROM a\nENV A=x\n{lines}\nUSER $A\n")
    assert len(stage.user or "") < 10_000


@pytest.mark.parametrize(
    ("name", "role"),
    [("Dockerfile", None), ("Dockerfile.dev", "development"), ("prod.Dockerfile", "production")],
)
def test_the_role_comes_from_the_path(tmp_path: Path, name: str, role: str | None) -> None:
    assert build_of(tmp_path, "FROM a", name).role == role


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert unread_of(tmp_path, b"RUN x\n") == [
        "has no FROM, so it is no Dockerfile that can be built"
    ]
    assert unread_of(tmp_path, b"FROM\x00\x01\x00\x00") == [
        "a binary file (it holds zero bytes), not text"
    ]
    assert unread_of(tmp_path, b"FROM a\n" + b"#" * 1_000_000) == [
        "is larger than 1 MB, so it is no Dockerfile"
    ]
    assert unread_of(tmp_path, "FROM a".encode("utf-16")) == [
        "is not UTF-8 text, which docker build needs"
    ]
    assert unread_of(tmp_path, b"FROM a\n{{ x }}\nRUNN y\n") == [
        "'{{' is no instruction (and 1 more)"
    ]
    assert list(read_dockerfiles(["missing"], Sources(tmp_path))) == [
        Unread(where=Place(file="missing"), why="No such file or directory")
    ]


PIECES = st.sampled_from(
    [
        "FROM", "FROM a AS b", "from b", "ARG", "ARG A=", "ENV", "ENV A=$A", "ENV =", "USER ${A:-",
        "RUN <<EOF", "EOF", "\\", "`", "# escape=`", "#", "\n", "\r\n", "COPY --from=b", "--x",
        "CMD [", 'CMD ["a"]', "HEALTHCHECK", "HEALTHCHECK --x", "ONBUILD", '"', "'", "$", "${",
    ]
)  # fmt: skip


@settings(suppress_health_check=[Check.function_scoped_fixture], deadline=None, max_examples=300)
@given(pieces=st.lists(PIECES | st.text(max_size=5), max_size=20), joint=st.sampled_from(" \n"))
def test_any_text_is_read_or_said(tmp_path: Path, pieces: list[str], joint: str) -> None:
    data = joint.join(pieces).encode("utf-8", "surrogatepass")
    (tmp_path / "Dockerfile").write_bytes(data)
    facts = list(read_dockerfiles(["Dockerfile"], Sources(tmp_path)))
    assert facts
    for fact in facts:
        if isinstance(fact, ImageBuild):
            for stage in fact.stages:
                for instruction in stage.instructions:
                    start, end = instruction.where.start, instruction.where.end
                    assert start is not None
                    assert end is not None
                    assert 0 <= start < end <= len(data)


@pytest.mark.parametrize(
    ("text", "cut_off"),
    [
        ("FROM a\nRUN <<END\nmake\n", True),
        ("FROM a\nRUN <<END\nmake\nEND\n", False),
        ("FROM a\nRUN <<END\nmake\nEND", False),
        ("FROM a\nRUN <<END\nmake\nEN", True),
        ("FROM a\nRUN <<-'END'\nmake\n\tEND\r\n", False),
        ("FROM a\nCOPY <<ONE <<TWO /\n1\nONE\n2\n", True),
        ("FROM a\nCOPY <<ONE <<TWO /\n1\nONE\n2\nTWO\n", False),
        ("FROM a\nRUN <<END", True),
        ("FROM a\nCMD cat <<END\n", False),
    ],
)
def test_a_here_document_that_is_cut_off_is_said(
    tmp_path: Path, text: str, *, cut_off: bool
) -> None:
    assert any("cut off" in why for why in unread_of(tmp_path, text.encode())) == cut_off


def test_so_many_stages_that_looking_through_them_takes_long_are_refused(tmp_path: Path) -> None:
    chain = "".join(f"FROM s{number} AS s{number + 1}\n" for number in range(5000))
    [why] = unread_of(tmp_path, f"FROM a AS s0\n{chain}".encode())
    assert "stages" in why
