"""Types, listed values, numbers and texts of a sender against a receiver's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes import formats
from backstay.compatibility.shapes.automata import automata
from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.complements import number_pieces
from backstay.compatibility.shapes.expressions import Fault, Unsupported
from backstay.compatibility.shapes.fitting import fits
from backstay.compatibility.shapes.languages import Unknown
from backstay.compatibility.shapes.numbers import is_without_numbers, numbers
from backstay.compatibility.shapes.parts import NumberPart, TextPart
from backstay.compatibility.shapes.texts import text_values
from backstay.compatibility.shapes.values import NULL, STRING, key_of, type_names

if TYPE_CHECKING:
    from backstay.compatibility.shapes.pairing import Pairing


class ScalarComparing:
    """Finds what of a sender's types and scalars is refused."""

    def __init__(self, pair: Pairing) -> None:
        self.pair = pair

    def of_types(self) -> None:
        """Types that the receiver does not take."""
        lost = self.pair.sender.types & ~self.pair.receiver.types
        origins = self.pair.sender.origins.get("type"), self.pair.receiver.origins.get("type")
        for types, kind in ((lost & NULL, "null-value"), (lost & ~NULL, "wrong-type")):
            if types:
                says = (type_names(self.pair.sender.types), type_names(self.pair.receiver.types))
                challenge = self.pair.sender.with_(types=types)
                self.pair.breach(kind, "type", *origins, challenge, says=says)

    def of_values(self) -> None:
        """Values that the receiver does not list, or excludes."""
        sender, receiver = self.pair.sender, self.pair.receiver
        origin = receiver.origins.get("enum") or receiver.origins.get("const")
        if receiver.values is not None:
            refused = _without(sender, receiver)
            if refused:
                mine = sender.origins.get("enum") or sender.origins.get("const")
                listed = None if sender.values is None else tuple(sender.values.values())
                keyword = "enum" if "enum" in receiver.origins else "const"
                self.pair.breach(
                    "unlisted-value",
                    keyword,
                    mine,
                    origin,
                    refused,
                    says=(listed, tuple(receiver.values.values())),
                )
        if receiver.excluded and sender.values is None:
            held = tuple(value for value in receiver.excluded.values() if fits(sender, value))
            if held:
                self.pair.breach("excluded-value", "not", None, None, held)

    def of_numbers(self, types: int) -> None:
        """Numbers out of bounds, or between steps."""
        mine, theirs = self.pair.sender.number or NumberPart(), self.pair.receiver.number
        assert theirs is not None
        if mine[:-1] == theirs[:-1]:
            return
        for piece in number_pieces(theirs):
            part = mine.meet(piece)
            if next(numbers(part, types), None) is None and is_without_numbers(part, types):
                continue
            kind, keyword = _number_kind(piece, theirs)
            self.pair.breach(
                kind,
                keyword,
                mine.origins.get(keyword),
                theirs.origins.get(keyword),
                self.pair.sender.with_(types=types, number=part),
                says=(_number_says(mine, keyword), _number_says(theirs, keyword)),
            )

    def of_texts(self, mine: TextPart, theirs: TextPart) -> None:
        """Texts of a wrong length, pattern or format."""
        if theirs.shortest > mine.shortest:
            piece = TextPart(longest=theirs.shortest - 1)
            self._text("too-short", "minLength", piece, (mine.shortest, theirs.shortest))
        if theirs.longest is not None and (mine.longest is None or mine.longest > theirs.longest):
            piece = TextPart(shortest=theirs.longest + 1)
            self._text("too-long", "maxLength", piece, (mine.longest, theirs.longest))
        for pattern in theirs.patterns:
            if pattern not in mine.patterns and _is_readable(pattern):
                piece = TextPart(not_patterns=(pattern,))
                says = ((*mine.patterns, None)[0], pattern)
                self._text("pattern-mismatch", "pattern", piece, says)
        for pattern in theirs.not_patterns:
            if pattern not in mine.not_patterns and _is_readable(pattern):
                self._text("excluded-value", "not", TextPart(patterns=(pattern,)), (None, pattern))
        for name in theirs.formats:
            self._format(name, mine)
        for name in theirs.not_formats:
            if name not in mine.not_formats:
                self._text("excluded-value", "not", TextPart(formats=(name,)), (None, name))

    def _format(self, name: str, mine: TextPart) -> None:
        if name in formats.SILENT or any(formats.is_within(own, name) for own in mine.formats):
            return
        keyword, colon, said = name.partition(":")
        kind = "content-mismatch" if colon else "format-mismatch"
        keyword, said = (keyword, said) if colon else ("format", name)
        own = next(
            (f.partition(":")[2] or f for f in mine.formats if (":" in f) == bool(colon)), None
        )
        if not formats.is_decidable(name):
            doubt = f"no validator decides what {keyword} {said} takes"
            receiver = (
                self.pair.receiver.text.origins.get(keyword) if self.pair.receiver.text else None
            )
            self.pair.breach(
                kind, keyword, mine.origins.get(keyword), receiver, says=(own, said), doubt=doubt
            )
            return
        self._text(kind, keyword, TextPart(not_formats=(name,)), (own, said))

    def _text(self, kind: str, keyword: str, piece: TextPart, says: tuple[object, object]) -> None:
        mine = self.pair.sender.text or TextPart()
        theirs = self.pair.receiver.text
        assert theirs is not None
        part = mine.meet(piece)
        doubt = ""
        try:
            if all(key_of(text) in self.pair.sender.excluded for text in _first(part)):
                return
        except Unknown as reason:
            doubt = f"cannot be decided: {reason}"
        challenge = self.pair.sender.with_(types=STRING, text=part)
        sender, receiver = mine.origins.get(keyword), theirs.origins.get(keyword)
        self.pair.breach(kind, keyword, sender, receiver, challenge, says=says, doubt=doubt)


def _without(sender: Branch, receiver: Branch) -> Branch | tuple[Any, ...] | None:
    """The sender's values that a receiver's list lacks."""
    listed = receiver.values or {}
    if sender.values is not None:
        return tuple(value for key, value in sender.values.items() if key not in listed) or None
    return sender.with_(types=sender.types & receiver.types).meet(Branch(excluded=listed))


def _first(part: TextPart) -> list[str]:
    found = []
    for text in text_values(part):
        found.append(text)
        if len(found) >= 8:
            break
    return found


def _is_readable(pattern: str) -> bool:
    try:
        automata(pattern)
    except Fault:
        return False
    except Unsupported:
        return True
    return True


def _number_kind(piece: NumberPart, theirs: NumberPart) -> tuple[str, str]:
    if piece.not_multiples:
        return "not-a-multiple", "multipleOf"
    if piece.multiples:
        return "excluded-value", "not"
    low, high = theirs.low, theirs.high
    if piece.high is not None and piece.high == low:
        return "below-minimum", "minimum"
    if piece.low is not None and piece.low == high:
        return "above-maximum", "maximum"
    return "beyond-integer-format", "format"


def _number_says(part: NumberPart, keyword: str) -> object:
    if keyword == "multipleOf":
        return float(part.multiples[0]) if part.multiples else None
    if keyword == "format":
        return part.formats[0] if part.formats else None
    bound = part.low if keyword == "minimum" else part.high
    if bound is None:
        return None
    return int(bound) if bound.denominator == 1 else float(bound)
