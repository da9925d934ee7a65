"""An answer and a dry run for people: Markdown that reads well as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.agent.answer import Answer, Opinion, Refused, Supported
from backstay.reports.characters import visible, visible_lines, wrapped
from backstay.reports.encoding import json_text
from backstay.reports.wording import counted, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.agent.outgoing import Outgoing

_WIDTH = 100
_PARTS = (
    ("Trade-offs", "trade_offs"),
    ("Alternatives", "alternatives"),
    ("Upkeep", "upkeep"),
    ("What would change this", "would_change_it"),
)
_NONE_STANDS = "No recommendation that rests on a result; see the opinions."


def show(output: Answer | Outgoing) -> str:
    """The answer; or, of a dry run, what would be sent."""
    lines = _answer(output) if isinstance(output, Answer) else _outgoing(output)
    return "\n".join(lines)


def _answer(answer: Answer) -> Iterator[str]:
    yield "# Recommendation"
    yield ""
    if answer.recommendation:
        yield from _paragraph(_cited(answer.recommendation))
    else:
        yield _NONE_STANDS
    yield from _section("What is so", map(_cited, answer.claims))
    yield from _section("Evidence", (_evidence(answer)))
    for title, part in _PARTS:
        judged = (_opinion(each) for each in answer.opinions if each.part == part)
        yield from _section(title, (*map(_cited, getattr(answer, part)), *judged))
    for example in answer.examples:
        yield from ("", f"## Example, not run: {visible(example.title)}", "")
        yield from _code(example.code, example.language)
    if answer.hand_off:
        yield from _section(f"For {answer.hand_off.to}", map(_cited, answer.hand_off.points))
    named = {part for _, part in _PARTS}
    others = (_opinion(each) for each in answer.opinions if each.part not in named)
    yield from _section("Opinions", others)
    yield from _section("Refused: do not rely on it", map(_refused, answer.refused))
    yield from _section("Not checked", map(visible, answer.not_checked))
    yield from ("", *_paragraph(_spent(answer)))


def _section(title: str, items: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    lines = [line for item in items for line in _item(item)]
    if lines:
        yield from ("", f"## {title}", "", *lines)


def _item(text: str) -> Iterator[str]:
    first, *rest = wrapped(text, _WIDTH - 2)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)


def _paragraph(text: str) -> list[str]:
    return wrapped(text, _WIDTH)


def _cited(statement: Supported) -> str:
    notes = f" ({'; '.join(map(visible, statement.notes))})" if statement.notes else ""
    cites = ", ".join(map(visible, statement.cites))
    return f"{visible(statement.text)}{notes} [{cites}]"


def _evidence(answer: Answer) -> Iterator[str]:
    for each in answer.evidence:
        state = f", {each.state.replace('-', ' ')}" if each.state else ""
        where = f" ({visible(each.where)})" if each.where else ""
        yield f"{visible(each.id)} {each.kind}{state}: {visible(each.text)}{where}"


def _opinion(opinion: Opinion) -> str:
    numbers = ", ".join(map(visible, opinion.numbers))
    told = f" (opinion; from no result: {numbers})" if numbers else " (opinion)"
    return visible(opinion.text) + told


def _refused(refused: Refused) -> str:
    return f"{visible(refused.text)} Why: {' '.join(map(visible, refused.why))}"


def _code(code: str, language: str) -> Iterator[str]:
    longest = max((len(line) - len(line.lstrip("`")) for line in code.splitlines()), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}{language}", *visible_lines(code), fence)


def _spent(answer: Answer) -> str:
    usage = answer.usage
    about = "about " if usage.estimated else ""
    return sentence(
        f"Asked {visible(answer.model)}: {counted(usage.calls, 'request')},"
        f" {counted(usage.tool_calls, 'tool call')},"
        f" {about}{usage.input_tokens:,} tokens in and {usage.output_tokens:,} out."
        " Statements with ids in brackets rest on what tools returned in this run; a program"
        " checked ids and numbers, and whether the words follow is for you to judge"
    )


def _outgoing(first: Outgoing) -> Iterator[str]:
    yield f"# To {visible(first.model) if first.model else 'no model yet: choose one with --model'}"
    yield ""
    yield from _paragraph(
        f"The first request, {first.characters:,} characters, for a reply of at most"
        f" {first.most_reply_tokens:,} tokens. Later ones add the model's own words"
        " and what tools return, with secrets masked. Nothing was sent."
    )
    yield from ("", "## Instructions", "", *visible_lines(first.instructions))
    yield from ("", "## Question", "", *visible_lines(first.question))
    for tool in first.tools:
        yield from ("", f"## Tool {tool.name}", "", visible(tool.description), "")
        yield from ("```json", *visible_lines(json_text(tool.parameters)), "```")
