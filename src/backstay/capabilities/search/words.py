"""Text as stems of words, so that "indexes", "indexed" and "index" are one."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_WORD = re.compile(r"[a-z0-9]+")
_CLAUSE = re.compile(r"[;:,!?()\n]+|\.(?=\s|$)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z](?!s\b)[a-z])")
_VOWEL = re.compile(r"[aeiouy]")
# What the endings would lead astray: a finding is nothing found, settings are not sets.
_IRREGULAR = {
    **dict.fromkeys(("finding", "findings"), "finding"),
    **dict.fromkeys(("setting", "settings"), "setting"),
    **dict.fromkeys(("wrote", "written"), "write"),
    **dict.fromkeys(("broke", "broken"), "break"),
    **dict.fromkeys(("chose", "chosen"), "choose"),
    **dict.fromkeys(("stole", "stolen"), "steal"),
    **dict.fromkeys(("grew", "grown"), "grow"),
    **dict.fromkeys(("hid", "hidden"), "hide"),
    "sent": "send",
    "built": "build",
    "kept": "keep",
    "held": "hold",
    "meant": "mean",
    "gave": "give",
    "given": "give",
    "took": "take",
    "taken": "take",
    "told": "tell",
    "began": "begin",
    "begun": "begin",
    "left": "leave",
    "thrown": "throw",
    "threw": "throw",
    "indices": "index",
    "production": "production",
}
_APOSTROPHE = re.compile(r"['\u2019]")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case: "camelCase" and "kebab-case" are two each."""
    plain = text if text.isascii() else _unaccented(text)
    return _WORD.findall(_CAMEL.sub(" ", _APOSTROPHE.sub("", plain)).lower())


def _unaccented(text: str) -> str:
    straight = text.replace("\u2019", "'")
    decomposed = unicodedata.normalize("NFKD", straight)
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def clauses_of(text: str) -> list[list[str]]:
    """The words of a text, apart where a clause ends: words on both sides are no neighbours."""
    return [words_of(each) for each in _CLAUSE.split(text)]


@cache
def stem(word: str) -> str:
    """A word without its endings of number, tense and kind; not always a word itself."""
    if word in _IRREGULAR:
        usual = _IRREGULAR[word]
        return usual if usual in _IRREGULAR else stem(usual)
    if len(word) <= 3 or not word.isalpha():
        return word
    cut = _without_tense(_singular(word))
    if cut.endswith("ically"):
        cut = cut[:-4]
    elif cut.endswith("ly") and len(cut) > 6:
        cut = cut[:-2]
    if cut.endswith(("tion", "sion")) and len(cut) > 6:
        cut = cut[:-3]
    if cut.endswith("e") and len(cut) > 3:
        return cut[:-1]
    return f"{cut[:-1]}i" if cut.endswith("y") and cut[-2] not in "aeiou" else cut


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "uses")) and len(word) > 5:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_tense(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return f"{word[:-3]}y"
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest == word or word.endswith("eed") or len(rest) < 3 or not _VOWEL.search(rest):
            continue
        doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
        return rest[:-1] if doubled else rest
    return word


def data_lines(name: str) -> list[str]:
    """The lines of one of the lists beside this module, without comments."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def stop_words() -> frozenset[str]:
    """Stems that say nothing of a subject."""
    return _stop_words()[0]


@cache
def faint_words() -> frozenset[str]:
    """Stems that say little of a subject."""
    return _stop_words()[1]


@cache
def _stop_words() -> tuple[frozenset[str], frozenset[str]]:
    nothing, _, little = "\n".join(data_lines("stop_words.txt")).partition("----")
    return frozenset(map(stem, nothing.split())), frozenset(map(stem, little.split()))
