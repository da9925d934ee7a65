"""Numbers that are written as words: "four hundred", "twice", "thousands of"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = {
    word: Decimal(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: Decimal(10 * value)
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_POWERS = {
    "hundred": Decimal(100),
    "dozen": Decimal(12),
    "thousand": Decimal(1_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
}
_ANY = "|".join((*_SMALL, *_TENS, *_POWERS))
_CARDINAL = re.compile(
    rf"(?<![\w-])(?<!\d\s)(?:an?\s)?(?:{_ANY})(?:(?:[\s-]|\sand\s)(?:{_ANY}))*(?P<fold>-?fold)?(?![\w])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)

# Each says how many without a digit. The first group are exact, the second are not a number.
_FACTORS = {
    r"twice|doubl(?:e[sd]|ing)|double\s(?:the|as)|twofold": 2,
    r"thrice|tripl(?:e[sd]|ing)|triple\s(?:the|as)|threefold": 3,
    r"quadrupl(?:e[sd]?|ing)": 4,
}
_SHARES = {
    (
        r"half\s(?:of|the|as|a|an|its|their|your)|halv(?:e[sd]?|ing)|one[-\s]half|(?:in|by)\shalf"
    ): "50",
    r"(?:a|one)[-\s]third": "33.3",
    r"two[-\s]thirds": "66.7",
    r"(?:a|one)[-\s]quarter\s(?:of|the|as)": "25",
    r"three[-\s]quarters": "75",
    r"(?:a|one)[-\s]fifth": "20",
    r"(?:a|one)[-\s]tenth": "10",
    r"(?:a|one)[-\s]hundredth": "1",
    r"(?:a|one)[-\s]thousandth": "0.1",
}
_VAGUE = re.compile(
    r"(?<![\w-])(?:(?:dozens|hundreds|thousands|millions|billions)(?=\sof\b)"
    r"|orders?\sof\smagnitude|many[-\s]?fold"
    r"|(?:many|several|countless|a\sfew|some)\stimes"
    r"(?=\s(?:as|more|less|fewer|(?:fast|slow|larg|small|bigg|cheap|high|low|long|short)er)\b)"
    r"|(?:\w+[-\s])?(?:sixth|seventh|eighth|ninth|fifth|tenth|hundredth|thousandth)s?(?=\sof\sthe\b)"
    r"|\d+/\d+(?:ths?|rds?)?(?=\s(?:of|as|the)\b))(?!\w)",
    re.IGNORECASE,
)
# "It takes an hour" states a number; "a second index" and "once a day" do not.
_ONE_UNIT = re.compile(
    r"\b(?:takes?|took|taken|taking|within|lasts?|lasted|after|in)\s(?:about\s|almost\s|nearly\s)?"
    r"(?P<one>an?)\s(?=(?:millisecond|second|minute|hour|day|week|month|year)\b"
    r"(?=\s?(?:[.,;:)]|\Z|to\b|or\b|and\b|on\b|for\b|at\b|with\b|per\b|when\b|each\b)))",
    re.IGNORECASE,
)
_FIXED = tuple(
    (re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE), Decimal(value), kind)
    for table, kind in ((_FACTORS, "ratio"), (_SHARES, "share"))
    for words, value in table.items()
)


class Worded(NamedTuple):
    """A number in words.

    ``value`` is None where the words say a size and no number. ``measures`` is "ratio" or "share"
    where the words say so, else empty.
    """

    text: str
    start: int
    end: int
    value: Decimal | None
    measures: str


def numbers_in_words(text: str) -> Iterator[Worded]:
    """Each number that a text has in words; "one" alone is a pronoun as often, and left out."""
    taken: list[tuple[int, int]] = []
    for pattern, value, kind in _FIXED:
        for found in pattern.finditer(text):
            taken.append(found.span())
            yield Worded(found[0], *found.span(), value, kind)
    for found in _VAGUE.finditer(text):
        taken.append(found.span())
        yield Worded(found[0], *found.span(), None, "")
    for found in _ONE_UNIT.finditer(text):
        yield Worded(found["one"], *found.span("one"), Decimal(1), "")
    for found in _CARDINAL.finditer(text):
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        plain = found[0].lower().removesuffix("fold")
        value = _value([word for word in _WORD.findall(plain) if word not in {"a", "an", "and"}])
        yield Worded(found[0], *found.span(), value, "ratio" if found["fold"] else "")


def _value(words: list[str]) -> Decimal:
    total = part = Decimal(0)
    for word in words:
        if word in _POWERS:
            size = _POWERS[word]
            if size >= 1_000:
                total, part = total + max(part, Decimal(1)) * size, Decimal(0)
            else:
                part = max(part, Decimal(1)) * size
        else:
            part += _SMALL.get(word, _TENS.get(word, Decimal(0)))
    return total + part
