"""Numbers with their units, as they stand in prose and in results, and whether they agree.

A number that is claimed must stand in a result. Units and separators may differ ("1.2 s" for
``delete_ms: 1200``). It may be rounded where that is said ("about 400"), by 5 % at most; a measured
value with a fraction may lose digits by itself, by 0.5 % at most, and the check then says so.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backstay.capabilities.evidence.number_words import numbers_in_words
from backstay.capabilities.evidence.units import NO_UNIT, After, Unit, after_number, unit_of_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Sense = Literal["equal", "about", "more", "at least", "less", "at most"]

SAID_ROUNDING = Decimal("0.05")
UNSAID_ROUNDING = Decimal("0.005")
_MOST_EXPONENT = 60
_MOST_CHARACTERS = 200_000  # of one text; what is longer was not shown to anybody

# Names that hold digits and state no number.
_NAMES = re.compile(
    r"\b(?:UTF-?(?:8|16|32)|SHA-?(?:1|2|3|224|256|384|512)|HTTP/(?:1\.[01]|[23])|HTTP [23]"
    r"|TLS ?v?1\.[0-3]|OAuth ?2(?:\.[01])?|ISO[- ]?(?:8601|4217|3166)|2FA|Base64|X\.509)\b"
    r"|(?<!/)\b\d+(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
_VERBATIM = re.compile(
    r"(?<![\w.:-])(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?|\d{1,2}:\d{2}(?::\d{2})?|\d+(?:\.\d+){2,})"
    r"(?![\w:-]|\.\d)"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?<!\d[,'\u2019_])(?P<factor>[x\u00d7](?=\d))?(?P<sign>(?<![\w)\]])[-\u2212](?=[\d.]))?"
    r"(?P<digits>\d{1,3}(?:[,'\u2019_\u00a0\u202f\u2009]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\^(?P<power>\d{1,2})|e(?P<exponent>[+-]?\d{1,12})(?!\w))?"
    r"|(?<!\w)[x\u00d7](?P<factored>\d+(?:\.\d+)?)(?!\w)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:[-\u2010-\u2014]|to|and)\s?\d+(?:[.,]\d+)*")
_SEPARATORS = re.compile("[,'\u2019_\u00a0\u202f\u2009]")
_NAME_AFTER = re.compile(r"[a-z_]*\d\w*|_\w+", re.IGNORECASE)  # 2xlarge2, 3f9a1c: no number
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile("(?<=\\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_GROUPED = re.compile("(?<=\\d)[\u00a0\u202f\u2009](?=\\d{3}(?!\\d))")
_SENSES: tuple[tuple[Sense, str], ...] = (
    ("about", r"about|around|approximately|approx\.?|roughly|nearly|almost|circa|ca\.|some|[~≈]"),
    ("at least", r"at least|no less than|not less than|≥|>="),
    ("at most", r"at most|no more than|not more than|up to|≤|<="),
    ("more", r"more than|over|above|exceeds|greater than|>"),
    ("less", r"less than|fewer than|under|below|<"),
)
_SENSE = re.compile(
    "(?:" + "|".join(f"(?P<s{at}>{words})" for at, (_, words) in enumerate(_SENSES)) + r")\s*\Z",
    re.IGNORECASE,
)

# Ids and places: their digits count nothing.
_NO_QUANTITIES = {"id", "finding", "receipt", "where", "line", "column", "end_line", "end_column"}


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A number as it stands somewhere.

    Attributes:
        text: as it is written, with its unit.
        values: in the first unit of its kind; several where a word has several senses, none where
            the words say a size and no number.
        measures: what the unit measures, such as "seconds"; empty without one.
        step: the worth of its last digit.
        sense: whether it is said to be a bound or a rounded value.
        key: in results, the name of the measure.
        verbatim: for dates, times and versions, which are compared letter by letter.
    """

    text: str
    values: tuple[Decimal, ...] = ()
    measures: str = ""
    step: Decimal = Decimal(1)
    sense: Sense = "equal"
    key: str = ""
    verbatim: bool = False


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """The numbers in a text, in digits or words, with their units."""
    text = _normal(text[:_MOST_CHARACTERS])
    found = [Quantity(text=name[0], verbatim=True) for name in _VERBATIM.finditer(text)]
    text = _blanked(_blanked(text, _VERBATIM), _NAMES)
    found += _in_digits(text)
    found += _in_words(text)
    return tuple(found)


def _normal(text: str) -> str:
    raised = _RAISED.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    grouped = _GROUPED.sub("_", raised)  # before thin spaces become plain ones
    return unicodedata.normalize("NFKC", grouped).replace("\u2044", "/")


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _in_digits(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        name = _NAME_AFTER.match(text, found.end())
        if name and not (found["factor"] or found["factored"]):
            continue
        digits = _SEPARATORS.sub("", found["digits"] or found["factored"])
        if abs(int(found["exponent"] or 0)) > _MOST_EXPONENT or len(digits) > _MOST_EXPONENT:
            yield Quantity(text=found[0])  # no measure has such a size
            continue
        value, step = _value(found, digits)
        after = _after(text, found.end())
        factored = bool(found["factor"] or found["factored"])
        unit = Unit("ratio", (Decimal(1),)) if factored and after.unit is NO_UNIT else after.unit
        yield Quantity(
            text=text[found.start() : after.end].strip(),
            values=tuple(value * after.factor * size for size in unit.sizes),
            measures=unit.measures,
            step=step * after.factor * unit.sizes[0],
            sense=_sense(text, found.start()),
        )


def _after(text: str, end: int) -> After:
    """What stands behind a number; "5" in "5-10 ms" is milliseconds, too."""
    after = after_number(text, end)
    further = _RANGE.match(text, after.end) if after.unit is NO_UNIT else None
    if further is None:
        return after
    return after._replace(unit=after_number(text, further.end()).unit)


def _value(found: re.Match[str], digits: str) -> tuple[Decimal, Decimal]:
    value = Decimal(digits)
    exponent = value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    if found["power"]:
        value = step = value ** int(found["power"])
    elif found["exponent"]:
        value, step = (each.scaleb(int(found["exponent"])) for each in (value, step))
    return (-value if found["sign"] else value), step


def _in_words(text: str) -> Iterator[Quantity]:
    for worded in numbers_in_words(text):
        after = after_number(text, worded.end)
        if worded.value == 1 and after.unit is NO_UNIT:  # "one" as a pronoun
            continue
        unit = Unit(worded.measures, (Decimal(1),)) if worded.measures else after.unit
        values = () if worded.value is None else tuple(worded.value * each for each in unit.sizes)
        yield Quantity(
            text=text[worded.start : worded.end if worded.measures else after.end].strip(),
            values=values,
            measures=unit.measures,
            step=unit.sizes[0],
            sense=_sense(text, worded.start),
        )


def _sense(text: str, start: int) -> Sense:
    found = _SENSE.search(text[max(0, start - 24) : start])
    if found is None or found.lastgroup is None:
        return "equal"
    return _SENSES[int(found.lastgroup[1:])][0]


def quantities_of(value: Any, key: str = "") -> Iterator[Quantity]:  # noqa: ANN401 (JSON)
    """The numbers in a result; names of measures carry their units."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield _measured(value, key)
    elif isinstance(value, str):
        unit = unit_of_key(key)
        for each in quantities_in(value):
            bare = not each.measures and not each.verbatim and each.text.strip() == value.strip()
            if bare and unit is not NO_UNIT and each.values:
                yield _measured(float(each.values[0]), key)
            else:
                yield msgspec.structs.replace(each, sense="equal", key=key)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _NO_QUANTITIES:
                yield from quantities_of(inner, str(name))
    else:
        for inner in value:
            yield from quantities_of(inner, key)


def _measured(value: float, key: str) -> Quantity:
    unit = unit_of_key(key)
    number = Decimal(repr(value))
    return Quantity(
        text=str(value),
        values=tuple(number * size for size in unit.sizes) if number.is_finite() else (),
        measures=unit.measures,
        step=Decimal(1) if number == number.to_integral_value() else Decimal(0),
        key=key,
    )


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Where a claimed number stands; ``rounded`` where it is not exactly the same."""

    source: Quantity
    rounded: bool


def find(claimed: Quantity, sources: Iterable[Quantity], claim: str) -> Match | None:
    """The number of a result that a claimed one states; None if there is none.

    Args:
        claimed: a number of the claim.
        sources: the numbers of what the claim cites.
        claim: the whole claim, in which a number without a unit may name its measure.
    """
    near = None
    for source in sources:
        if claimed.verbatim or source.verbatim:
            if claimed.text == source.text:
                return Match(source=source, rounded=False)
            continue
        if not _comparable(claimed, source, claim):
            continue
        how = _agreement(claimed, source)
        if how == "same":
            return Match(source=source, rounded=False)
        if how == "rounded":
            near = Match(source=source, rounded=True)
    return near


def _comparable(claimed: Quantity, source: Quantity, claim: str) -> bool:
    if claimed.measures == source.measures:
        return True
    # "delete_ms is 1203.4": the unit stands in the name.
    return not claimed.measures and len(source.key) > 3 and source.key in claim


def _agreement(claimed: Quantity, source: Quantity) -> Literal["same", "rounded", "differs"]:
    raw = not claimed.measures and bool(source.measures)
    theirs = (Decimal(source.text),) if raw and _is_number(source.text) else source.values
    best: Literal["same", "rounded", "differs"] = "differs"
    for ours in claimed.values:
        for value in theirs:
            if ours == value and claimed.sense not in {"more", "less"}:
                return "same"
            if _close(ours, value, claimed, source):
                best = "rounded"
    return best


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _close(ours: Decimal, value: Decimal, claimed: Quantity, source: Quantity) -> bool:
    sides: dict[str, bool] = {
        "more": value > ours,
        "at least": value >= ours,
        "less": value < ours,
        "at most": value <= ours,
    }
    if claimed.sense in sides:
        return sides[claimed.sense] and abs(value - ours) <= SAID_ROUNDING * abs(value)
    if claimed.sense == "about":
        return abs(value - ours) <= SAID_ROUNDING * abs(value)
    measured = source.step != 1 and value != value.to_integral_value()
    return (
        (measured or source.step < 1)
        and abs(value - ours) <= claimed.step / 2
        and abs(value - ours) <= UNSAID_ROUNDING * abs(value)
    )
