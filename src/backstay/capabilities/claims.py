from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.capabilities.evidence.checking import Checked, Statement, check
from backstay.capabilities.evidence.present import Present
from backstay.capabilities.evidence.prose import Prose, read_prose
from backstay.model.errors import BadRequest, LimitReached
from backstay.model.events import Emit, unheard
from backstay.practices.catalogue import current_name
from backstay.project.secrets import masked
from backstay.reports.characters import visible
from backstay.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 2_000_000

# Of an answer in JSON: as ``backstay agent`` takes it from a model, and as it prints it.
_PARTS = (
    "recommendation",
    "claims",
    "trade_offs",
    "alternatives",
    "upkeep",
    "would_change_it",
    "opinions",
    "refused",
)


class ClaimsInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which answer to check, and against what."""

    file: Annotated[
        str,
        Option(help="the answer: Markdown, text or JSON; - for standard input", positional=True),
    ]
    target: Annotated[
        tuple[str, ...], Option(help="the project it speaks of, this directory by default")
    ] = ()
    strict: Annotated[
        bool, Option(help="exit with 1 also where a number is not backed by any citation")
    ] = False


class ClaimsOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Each statement of an answer, and whether it stands.

    Attributes:
        counts: how many statements there are of each verdict.
        claims: the statements in the order of the answer.
        code_blocks: how many blocks of code there were; nothing in them was checked.
        failed: whether an id does not exist or a number does not stand in what it cites.
    """

    file: str
    counts: dict[str, int]
    claims: tuple[Checked, ...]
    code_blocks: int
    failed: bool


def claims(given: ClaimsInput, emit: Emit = unheard) -> ClaimsOutput:
    """Check an answer against the project's findings, facts and receipts, and the practices.

    Raises:
        BadRequest: the file is none, or holds no text.
        LimitReached: it is too large.
    """
    said = _read_answer(_text_of(given.file))
    sources = Present(given.target, emit)
    checked = tuple(masked(check(each, sources)) for each in said.statements)
    fails = {"unknown id", "contradicted"}
    unbacked = given.strict and any(each.unbacked for each in checked)
    return ClaimsOutput(
        file=given.file,
        counts={
            verdict: sum(each.verdict == verdict for each in checked)
            for verdict in ("supported", "contradicted", "unknown id", "uncited")
        },
        claims=checked,
        code_blocks=said.code_blocks,
        failed=unbacked or any(each.verdict in fails for each in checked),
    )


def _read_answer(text: str) -> Prose:
    """Free text, or the JSON in which ``backstay agent`` takes and gives answers."""
    if text.lstrip().startswith("{"):
        return Prose(statements=_in_json(text), code_blocks=0)
    return read_prose(text, lambda name: current_name(name) is not None)


def _in_json(text: str) -> tuple[Statement, ...]:
    try:
        data = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadRequest(f"The answer begins like JSON and is none: {error}") from error
    found = tuple(_statements(data))
    if not found:
        raise BadRequest(
            "The JSON holds no answer. One has statements, each a text with the ids it cites,"
            f" under {', '.join(_PARTS)}."
        )
    return found


def _statements(data: dict[str, Any]) -> Iterator[Statement]:
    parts = [data.get(part) for part in _PARTS]
    hand_off = data.get("hand_off")
    parts.append(hand_off.get("points") if isinstance(hand_off, dict) else None)
    for part in parts:
        for each in part if isinstance(part, list) else [part]:
            if isinstance(each, str):
                yield Statement(text=each)
            elif isinstance(each, dict) and isinstance(each.get("text"), str):
                cites = each.get("cites")
                named = cites if isinstance(cites, list) else [cites] if cites else []
                yield Statement(text=each["text"], cites=tuple(map(str, named)))


def _text_of(file: str) -> str:
    data = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else _content(file)
    if len(data) > MOST_BYTES:
        raise LimitReached(
            f"{file!r} has more than {MOST_BYTES:,} bytes, which no answer has."
            " Put the answer alone into a file."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{file!r} is not text in UTF-8; give an answer as text.") from error
    if "\0" in text:
        raise BadRequest(f"{file!r} is binary; give an answer as text.")
    if not text.strip():
        raise BadRequest(f"{file!r} is empty; there is nothing to check.")
    return text


def _content(file: str) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)  # a pipe without a writer waits
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadRequest(f"{file!r} is not a regular file. Name the answer's file, or -.")
            return stream.read(MOST_BYTES + 1)
    except IsADirectoryError as error:
        raise BadRequest(f"{file!r} is a directory. Name the answer's file, or -.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadRequest(f"{file!r} cannot be read: {reason}.") from error


_SIGNS = {"supported": "ok", "contradicted": "WRONG", "unknown id": "WRONG", "uncited": "-"}


def show(output: ClaimsOutput) -> str:
    """What stands, what does not and why."""
    return "\n".join(_lines(output))


def _lines(output: ClaimsOutput) -> Iterator[str]:
    for claim in output.claims:
        yield f"{_SIGNS[claim.verdict]:<6} {claim.verdict}: {visible(claim.text)}"
        if claim.verdict == "uncited" and not claim.unbacked and not claim.cites:
            continue
        for cited in (f"cites {', '.join(claim.cites)}",) if claim.cites else ():
            yield f"       {visible(cited)}"
        for told in (*claim.problems, *claim.notes):
            yield f"       {visible(told)}"
    if output.claims:
        yield ""
    counts = [f"{count:,} {verdict}" for verdict, count in output.counts.items() if count]
    yield f"{counted(len(output.claims), 'statement')}: {', '.join(counts) or 'nothing to check'}."
    if output.code_blocks:
        yield f"Not checked: {counted(output.code_blocks, 'block')} of code."
    if output.counts["supported"]:
        yield (
            "Supported means that the ids exist and the numbers stand in what they name;"
            " whether the words follow is for a reader to judge."
        )


CAPABILITY = Capability(
    name="claims",
    summary="Check an agent's answer: do its ids exist, do its numbers stand in what they cite",
    example="backstay claims answer.md",
    effect="reads",
    input=ClaimsInput,
    output=ClaimsOutput,
    run=claims,
    show=show,
)
