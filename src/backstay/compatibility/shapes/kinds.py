"""The closed list of ways in which a receiver refuses what a sender may send.

Each name says what is wrong with the value in the receiver's eyes, whichever side changed: a
request that is now ``too-long`` for the new API, or a response of the new API that is ``too-long``
for an old client. ``docs/changes.md`` is made from this table.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "wrong-type": "A value of a type that the receiver does not take.",
    "null-value": "Null, where the receiver does not take null.",
    "unlisted-value": "A value outside the receiver's enum or const.",
    "excluded-value": "A value, or a shape of values, that the receiver's `not` rules out.",
    "nothing-accepted": "Any value at all: no value satisfies the receiver here.",
    "below-minimum": "A number below the receiver's minimum.",
    "above-maximum": "A number above the receiver's maximum.",
    "not-a-multiple": "A number that is no multiple of what the receiver asks for.",
    "beyond-integer-format": "An integer that does not fit the receiver's int32 or int64.",
    "too-short": "A text with fewer characters than the receiver asks for.",
    "too-long": "A text with more characters than the receiver takes.",
    "pattern-mismatch": "A text that does not match the receiver's pattern.",
    "format-mismatch": "A text that is not of the receiver's format.",
    "content-mismatch": "A text whose encoded content is not what the receiver decodes.",
    "too-few-items": "An array with fewer items than the receiver asks for.",
    "too-many-items": "An array with more items than the receiver takes.",
    "duplicate-items": "An array that repeats an item, where the receiver wants each once.",
    "missing-item": "An array with too few items of the kind that it has to contain.",
    "surplus-item": "An array with too many items of the kind that it has to contain.",
    "missing-property": "An object without a property that the receiver requires.",
    "missing-dependent-property": "An object without a property that another one brings along.",
    "unexpected-property": "An object with a property that the receiver does not take.",
    "property-name-mismatch": "An object with a property whose name the receiver refuses.",
    "too-few-properties": "An object with fewer properties than the receiver asks for.",
    "too-many-properties": "An object with more properties than the receiver takes.",
    "no-alternative": "A value that fits none of the receiver's alternatives.",
    "several-alternatives": "A value that fits several alternatives of the receiver's oneOf.",
    "unknown-variant": "An object whose discriminator names a variant unknown to the receiver.",
    "undecided": "A shape too large or too unusual to decide; it differs between the versions.",
}

NOTES: dict[str, str] = {
    "dead-constraint": "A keyword that cannot apply to the declared type, so that it says nothing.",
    "empty-shape": "A shape that no value satisfies.",
    "unreadable-keyword": "A keyword whose content is not what JSON Schema allows; it is ignored.",
    "unreadable-pattern": "A pattern that is no regular expression of ECMA-262, or beyond limits.",
    "unresolved-reference": "A reference that leads nowhere; what it stands for is unknown.",
}
