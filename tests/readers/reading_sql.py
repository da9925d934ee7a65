"""Reads SQL given as texts, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from backstay.model.facts import Fact
from backstay.model.places import Place
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

if TYPE_CHECKING:
    from pathlib import Path

F = TypeVar("F", bound=Fact)


class Read:
    """The facts of some files, with the texts that they came from."""

    def __init__(self, folder: Path, files: dict[str, str | bytes]) -> None:
        self.files = {}
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self.files[name] = text if isinstance(text, bytes) else text.encode()
            path.write_bytes(self.files[name])
        self.facts = list(
            read_sql([name for name in files if name.endswith(".sql")], Sources(folder))
        )

    def of(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def names(self, kind: type[Fact]) -> list[str]:
        return [str(fact) for fact in self.facts if isinstance(fact, kind)]

    def text(self, fact: Fact) -> str:
        """What stands where a fact was seen."""
        assert isinstance(fact.where, Place)
        return self.files[fact.where.file][fact.where.start : fact.where.end].decode()
