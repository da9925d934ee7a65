"""How often `backstay ask` answers right: first place, first three places, and refusals.

    python bench/questions.py [FILE.toml ...]

Prints totals only, so that one can measure without reading the questions.
"""

from __future__ import annotations

import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from backstay.capabilities.ask import Answer, AskInput, ask

HERE = Path(__file__).parents[1] / "tests" / "capabilities"


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions went how."""

    answered: int
    first: int
    three: int
    unanswerable: int
    refused: int
    milliseconds: float  # of CPU for a question, the index built anew for each, as in a command


def totals(questions: list[dict[str, Any]]) -> Totals:
    """Ask all questions and count."""
    with_answer = [each for each in questions if each["answers"]]
    without = [each for each in questions if not each["answers"]]
    ask(AskInput(words=("warm",)))
    start = time.process_time()
    found = [(each["answers"], _names(each["ask"])) for each in with_answer]
    nothing = [_names(each["ask"]) for each in without]
    spent = time.process_time() - start
    return Totals(
        answered=len(with_answer),
        first=sum(names[:1] != [] and names[0] in right for right, names in found),
        three=sum(any(name in right for name in names[:3]) for right, names in found),
        unanswerable=len(without),
        refused=sum(not names for names in nothing),
        milliseconds=1000 * spent / len(questions),
    )


def _names(question: str) -> list[str]:
    return [named(answer) for answer in ask(AskInput(words=(question,))).answers]


def named(answer: Answer) -> str:
    """An answer as the files of questions write it."""
    return f"{answer.kind}:{answer.name}"


def read(path: Path) -> list[dict[str, Any]]:
    """The questions of a file."""
    questions: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    return questions


def main() -> None:
    given = [Path(each) for each in sys.argv[1:]]
    for path in given or [HERE / "questions.toml"]:
        found = totals(read(path))
        print(
            f"{path.name}: first place {found.first} of {found.answered},"
            f" first three {found.three} of {found.answered},"
            f" refused {found.refused} of {found.unanswerable},"
            f" {found.milliseconds:.0f} ms CPU a question"
        )


if __name__ == "__main__":
    main()
