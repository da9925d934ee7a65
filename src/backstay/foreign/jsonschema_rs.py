"""The door to jsonschema-rs: an independent validator of JSON Schema 2020-12.

It is written in Rust and shares no code with ours, which is what makes its word worth having: each
witness of a breaking change is judged by it. Without it: jsonschema, in Python, some hundred
times slower. Nothing is ever fetched for a reference.
"""

from __future__ import annotations

from functools import cache
from typing import Any

MOST_ERRORS = 3


class SchemaFault(Exception):  # noqa: N818 (a fault in the schema, not in the program)
    """The validator cannot use the schema."""


@cache
def _library() -> Any:  # noqa: ANN401 (imported late)
    import jsonschema_rs  # noqa: PLC0415 (heavy; only where a witness is judged)

    return jsonschema_rs


class Validator:
    """Judges values by one schema, formats included."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Prepare a schema that refers to nothing outside itself.

        Raises:
            SchemaFault: the schema is not one, or is nested too deeply.
        """
        library = _library()
        try:
            self._validator = library.Draft202012Validator(
                schema,
                validate_formats=True,
                ignore_unknown_formats=True,
                pattern_options=library.FancyRegexOptions(backtrack_limit=100_000),
                offline=True,
            )
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise SchemaFault(_first_line(error)) from error
        except Exception as error:
            if type(error).__name__ not in {"ReferencingError", "PanicException"}:
                raise
            raise SchemaFault(_first_line(error)) from error

    def accepts(self, value: object) -> bool:
        """Whether the schema accepts a value.

        Raises:
            SchemaFault: the value cannot be judged (nested too deeply, a number out of range).
        """
        try:
            return bool(self._validator.is_valid(value))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise SchemaFault(_first_line(error)) from error

    def errors(self, value: object) -> tuple[str, ...]:
        """What is wrong with a value, a few of them, in the validator's words."""
        try:
            found = self._validator.iter_errors(value)
            return tuple(
                _first_line(error) for error, _ in zip(found, range(MOST_ERRORS), strict=False)
            )
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise SchemaFault(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "message", "") or error)
    return text.strip().splitlines()[0][:300] if text.strip() else type(error).__name__
