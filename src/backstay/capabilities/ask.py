from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.capabilities.search.entries import Kind
from backstay.capabilities.search.index import whole_index
from backstay.capabilities.search.ranking import THRESHOLD, ranked
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.reports.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS = 4_000  # a question with an error message pasted into it
_MOST_ANSWERS = 5
_NEAR = 0.6  # of the best answer's score: what is further off is not worth a line
_SHOWN = 120  # characters of the question that are repeated


class AskInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question in words."""

    words: Annotated[
        tuple[str, ...],
        Option(help="a question in English, or a message that you met", positional=True),
    ]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that answers.

    Attributes:
        score: how much of the question it is about, from 0 to 1.
        next: the command that tells all about it.
    """

    kind: Kind
    name: str
    summary: str
    score: float
    next: str


class AskOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What answers a question, best first; none where ``answered`` is false."""

    question: str
    answers: tuple[Answer, ...]
    answered: bool


def ask(given: AskInput, _: Emit = unheard) -> AskOutput:
    """Find the practice, decision or command that answers a question.

    Raises:
        BadRequest: there is no question, or it is too long.
    """
    question = " ".join(given.words).strip()
    if not question:
        raise BadRequest('There is no question. Ask in words: backstay ask "why are deletes slow"')
    if len(question) > MOST_CHARACTERS:
        raise BadRequest(
            f"The question has {len(question):,} characters; {MOST_CHARACTERS:,} are the limit."
            " Ask in a sentence, or paste only the line that says what is wrong."
        )
    found = ranked(question, whole_index())
    least = max(THRESHOLD, _NEAR * found[0].score) if found else 1.0
    answers = tuple(
        Answer(
            kind=each.entry.kind,
            name=each.entry.name,
            summary=each.entry.summary,
            score=each.score,
            next=each.entry.next,
        )
        for each in found[:_MOST_ANSWERS]
        if each.score >= least
    )
    return AskOutput(question=question, answers=answers, answered=bool(answers))


def show(output: AskOutput) -> str:
    """The best answer and what to type next, then others in a line each."""
    return "\n".join(_lines(output))


def _lines(output: AskOutput) -> Iterator[str]:
    if not output.answered:
        asked = visible(output.question)
        short = asked if len(asked) <= _SHOWN else f"{asked[:_SHOWN]}..."
        yield f"Nothing that Backstay knows answers: {short}"
        yield ""
        yield "Try the words of the fault, such as a message or the name of a setting, or look at"
        yield from ("  backstay practices", "  backstay decide", "  backstay --help")
        return
    best, *others = output.answers
    yield from (f"{best.kind} {best.name}", f"  {best.summary}", f"  {best.next}")
    if others:
        yield from ("", "Also near:")
        yield from (f"  {each.next}\n    {each.kind}: {each.summary}" for each in others)


CAPABILITY = Capability(
    name="ask",
    summary="Find the practice, decision or command that answers a question",
    example='backstay ask "why does deleting a customer take minutes"',
    effect="reads",
    input=AskInput,
    output=AskOutput,
    run=ask,
    show=show,
)
