from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backstay.decisions.expressions import Subject, parse

FACTS = {
    "writes": Subject(kind="number", least=0, most=1_000_000),
    "teams": Subject(kind="count", least=0, most=1000),
    "public": Subject(kind="boolean"),
    "shape": Subject(kind="choice", values=("regular", "varied", "free-form")),
}
SOME_VALUES = some.fixed_dictionaries(
    {
        "writes": some.sampled_from([0.0, 10.0, 499.5, 500.0, 500.5, 1e6]),
        "teams": some.sampled_from([0.0, 1.0, 3.0, 4.0, 5.0, 1000.0]),
        "public": some.booleans(),
        "shape": some.sampled_from(["regular", "varied", "free-form"]),
    }
)
ATOMS = some.sampled_from(
    [
        "writes > 500",
        "writes >= 500",
        "500 > writes",
        "10 < writes <= 500",
        "writes == 500",
        "writes != 500.5",
        "teams in [3, 4]",
        "teams not in (3, 4)",
        "teams < 4",
        "4_0 <= teams",
        "public",
        "public == False",
        "public != True",
        'shape == "varied"',
        '"varied" != shape',
        'shape in ["regular", "free-form"]',
        'shape not in ["regular"]',
    ]
)
TEXTS = some.recursive(
    ATOMS,
    lambda inner: some.one_of(
        some.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        some.tuples(inner, inner, inner).map(" or ".join),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=8,
)


@given(TEXTS, SOME_VALUES)
def test_a_condition_holds_where_python_says_so(text: str, values: dict[str, object]) -> None:
    expected = eval(text, {"__builtins__": {}}, dict(values))
    assert parse(text, FACTS).holds(values) == expected  # type: ignore[arg-type]  # facts' values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not an expression"),
        ("writes >", "is not an expression"),
        ("writes = 3", "is not an expression"),
        ("wirtes > 3", "'wirtes' is no fact; did you mean writes"),
        ("writes", "writes is a number: compare it"),
        ("shape", "shape is a choice: compare it"),
        ("public > 3", "public is a boolean: write public or not public"),
        ("public == 1", "public is a boolean"),
        ("writes > True", "writes is a number: compare it with a number, not True"),
        ('writes > "3"', "compare it with a number"),
        ("teams > 2.5", "no whole number"),
        ("writes > 2_000_000", "outside the range of writes"),
        ("writes > -1", "outside the range of writes"),
        ('shape == "odd"', "'odd' is not among the values of shape"),
        ('shape > "varied"', "has no order"),
        ("writes > teams", "compared with another fact"),
        ("writes + 3 > 5", "is no fact"),
        ("writes > 3 + 2", "is no constant"),
        ("len(shape) > 3", "is no fact"),
        ("print(1)", "is none of"),
        ("__import__('os').system('true')", "is none of"),
        ("writes.__class__", "is none of"),
        ("[public for public in (1,)]", "is none of"),
        ("public if public else public", "is none of"),
        ("(public := True)", "is none of"),
        ("lambda: public", "is none of"),
        ("public is True", "only =="),
        ("writes in 3", "stands a list"),
        ("writes in []", "stands a list"),
        ("3 in writes", "a fact stands before"),
        ("writes > 1e999", "is no constant"),
        ("not " * 30 + "public", "nested too deeply"),
        ("public and " * 60 + "public", "is longer than"),
        ("(" * 400, "is not an expression"),
        ("public\x00", "is not an expression"),
    ],
)
def test_what_is_no_condition_on_the_facts_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace("[", r"\[")):
        parse(text, FACTS)


@given(some.text(max_size=60))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = parse(text, FACTS)
    except ValueError:
        return
    assert condition.holds({"writes": 1.0, "teams": 1.0, "public": True, "shape": "varied"}) in {
        True,
        False,
    }
