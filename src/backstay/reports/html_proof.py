"""A proof as a small picture: bars before, after and control, beside their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.reports.markup import Markup, data, element, joined
from backstay.reports.measures import in_words, readings, sizes_in_words

if TYPE_CHECKING:
    from backstay.model.envelope import Proof
    from backstay.reports.measures import Reading

ARMS = ("before", "after", "control")
DRAWN = 3
THINNEST = 0.5  # percent; a little is still seen to be more than nothing


def figure(proof: Proof) -> Markup:
    """Bars for the measures that can be compared, words for the others."""
    measures = readings(proof)
    drawn = [each for each in measures if _comparable(each)][:DRAWN]
    told = [each for each in measures if each not in drawn]
    sizes = sizes_in_words(proof)
    caption = [data(proof.method)]
    if sizes:
        caption.append(Markup(f" at {data(sizes)}"))
    parts = [element("figcaption", joined(caption))]
    if drawn:
        parts.append(element("div", *map(_bars, drawn)))
    parts += [element("p", data(in_words(each))) for each in told]
    return element("figure", *parts)


def _comparable(reading: Reading) -> bool:
    before, after, _ = reading.arms
    return before is not None and after is not None and min(before, after) >= 0


def _bars(reading: Reading) -> Markup:
    longest = max(each for each in reading.arms if each is not None)
    words = (reading.before, reading.after, reading.control)
    rows = [
        element(
            "tr",
            element("th", arm),
            element("td", element("svg", element("rect", width=_share(value, longest)))),
            element("td", data(word)),
        )
        for arm, word, value in zip(ARMS, words, reading.arms, strict=True)
        if value is not None
    ]
    return element("table", element("caption", data(reading.label)), *rows)


def _share(value: float, longest: float) -> str:
    if value <= 0:
        return "0"
    share = max(100 * value / longest, THINNEST)
    return f"{share:.1f}".removesuffix(".0") + "%"
