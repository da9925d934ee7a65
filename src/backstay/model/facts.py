"""What every fact has in common."""

from __future__ import annotations

import msgspec

from backstay.model.places import Place, Where


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Something known about a backend, with its source.

    ``str(fact)`` names the fact to people and is unique within ``scope``; with the kind it is
    the identifier that ids of findings derive from, so it holds no lines or offsets.

    Attributes:
        where: the source of the fact.
        derived: how the fact was worked out where that is not literal, such as "guessed".
    """

    where: Where
    derived: str | None = None

    @property
    def kind(self) -> str:
        """The fact's kind as reports and ``backstay facts --kind`` name it."""
        return str(self.__struct_config__.tag)

    @property
    def scope(self) -> str:
        """What ``str(fact)`` is unique in: a file, or a database for what SQL describes."""
        return self.where.file if isinstance(self.where, Place) else self.where.system

    @property
    def identifier(self) -> str:
        """A name for the fact that survives line shifts."""
        return f"{self.kind}|{self.scope}|{self}"


class Unread(Fact, frozen=True, kw_only=True, tag="unread", tag_field="kind"):
    """A file, or a part of one, that could not be read; nothing is known about its content."""

    why: str

    def __str__(self) -> str:
        return f"{self.scope}: {self.why}"


class NotChecked(Fact, frozen=True, kw_only=True, tag="not-checked", tag_field="kind"):
    """Something that could have been checked and was not, with the reason."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"
