"""Receipts of proofs, kept for each project where the user's programs keep their state."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import NotAvailable
from backstay.model.verdicts import Receipt
from backstay.project.folders import state_folder
from backstay.project.secrets import masked
from backstay.project.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_RECEIPTS = 1000
_ID = re.compile(r"[0-9a-f]{12}\Z")


class Ledger:
    """The receipts of one project. Secrets in them are masked before they are stored."""

    def __init__(self, folder: Path | None, root: Path, *, limit: int = MAX_RECEIPTS) -> None:
        name = hashlib.sha256(str(root.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
        self._folder = folder / "receipts" / name if folder is not None else None
        self._limit = limit

    @classmethod
    def of_user(cls, root: Path) -> Ledger:
        """The present user's ledger for the project at ``root``."""
        return cls(state_folder(), root)

    def add(self, receipt: Receipt) -> Receipt:
        """Keep a receipt; the oldest go when there are too many.

        Returns:
            The receipt as it was kept, with secrets masked. Show this one: its id is the one
            that ``get`` knows.

        Raises:
            NotAvailable: it cannot be kept; the message says why.
        """
        kept = masked(receipt)
        if self._folder is None:
            raise NotAvailable("There is no folder for receipts. Set HOME or XDG_STATE_HOME.")
        # File names sort by time, so that the latest is found without opening any.
        name = f"{time.time_ns():020}-{kept.finding}-{kept.receipt}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            earlier = self._files(f"*-{kept.receipt}.json")
            write_whole(self._folder / name, msgspec.json.encode(kept), mode=0o600)
            self._remove([*earlier, *self._files("*-*-*.json")[: -self._limit]])
        except OSError as error:
            raise NotAvailable(
                f"The receipt cannot be kept in {self._folder}: {error.strerror or error}."
            ) from error
        return kept

    def get(self, receipt: str) -> Receipt | None:
        """The receipt of that id, None if there is none."""
        return next(self._read(f"*-{receipt}.json"), None) if _ID.match(receipt) else None

    def latest_for(self, finding: str) -> Receipt | None:
        """The latest receipt for the finding of that id, None if there is none."""
        return next(self._read(f"*-{finding}-*.json"), None) if _ID.match(finding) else None

    def _files(self, pattern: str) -> list[Path]:
        return sorted(self._folder.glob(pattern)) if self._folder is not None else []

    def _read(self, pattern: str) -> Iterator[Receipt]:
        for path in reversed(self._files(pattern)):
            # A file that was cut off or removed meanwhile holds no receipt; an older one may.
            with contextlib.suppress(OSError, msgspec.DecodeError):
                yield msgspec.json.decode(path.read_bytes(), type=Receipt)

    @staticmethod
    def _remove(paths: list[Path]) -> None:
        for path in paths:
            with contextlib.suppress(OSError):
                path.unlink()
