"""The fact cache: what was read last time, for as long as no file has changed.

An entry holds the facts of one part of one repository. It is good only for the same version of
Backstay, the same settings, and the same files with the same sizes and times. Whatever is wrong
with it (cut off, corrupted, unreadable, a full disk), the run goes on as if there were none.

Secrets are never stored: facts that hold one are not cached. Keep the parts apart that usually do
(deployment) and that seldom do (schemas, contracts), each under its own key.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import time
import zlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Union

import msgspec

import backstay
from backstay.model.codec import FACT_TYPES
from backstay.project.folders import cache_folder
from backstay.project.stored_secrets import hold_secrets
from backstay.project.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from backstay.model.facts import Fact

MAX_BYTES = 256 * 1024 * 1024
_MAGIC = b"backstay facts 1"
_CHECK_BYTES = 4

# A file that changed so shortly before it was read may change again without another time stamp.
_TICK = 20_000_000
_COARSE_TICK = 2_000_000_000

# What turns files into facts: a change in any of it makes other facts of the same files.
_READING = ("model", "readers", "foreign")
_LIBRARIES = ("msgspec", "postgast", "yaml")


def cache_key(root: Path, part: str, *settings: str) -> str:
    """The key for one part of what is read from ``root`` under settings that matter for it."""
    words = "\0".join((str(root.resolve()), part, *settings))
    return hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()[:32]


Status = tuple[int, int] | None
"""Size and modification time in ns of a file; None for one that is not there."""


class Cached(NamedTuple):
    """What an entry holds: facts, and the files that they were read from."""

    facts: tuple[Fact, ...]
    opened: dict[str, Status]


class Cache:
    """Facts kept between runs. Make one when a run begins: see ``store``."""

    def __init__(self, folder: Path | None = None, *, limit: int = MAX_BYTES) -> None:
        self._folder = folder / "facts" if folder is not None else None
        self._limit = limit
        self._began = time.time_ns()

    @classmethod
    def of_user(cls, *, enabled: bool = True) -> Cache:
        """The cache of the present user; one that holds nothing if it is not ``enabled``."""
        return cls(cache_folder() if enabled else None)

    def load(self, key: str, root: Path, listing: Iterable[str]) -> Cached | None:
        """What is stored under ``key``, or None if nothing is or a file has changed.

        Args:
            key: see ``cache_key``.
            root: the folder that the names of files are below.
            listing: the files that would be read now, in order.
        """
        if self._folder is None:
            return None
        path = self._folder / key
        try:
            found = _decoded(path.read_bytes(), _header(listing), str(root))
            if found is not None:
                os.utime(path)  # the least recently used go first
        except (OSError, msgspec.DecodeError, RecursionError):
            return None
        return found

    def store(
        self,
        key: str,
        listing: Iterable[str],
        opened: Mapping[str, Status],
        facts: Sequence[Fact],
    ) -> bool:
        """Keep facts for the next run; whether that was done.

        Args:
            key: see ``cache_key``.
            listing: the files that were to be read, in order.
            opened: the files that reading them opened, those that they refer to included, each
                as it was when it was opened; None for one that was looked for and not there.
            facts: all facts of that part.
        """
        if self._folder is None or self._too_fresh(opened) or hold_secrets(facts):
            return False
        try:
            content = _encoded(_header(listing), opened, facts)
            if len(content) > self._limit // 2:
                return False
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._folder / key, content, mode=0o600, durable=False)
            self._evict()
        except (OSError, UnicodeError, OverflowError):  # the next run reads the files again
            return False
        return True

    def _too_fresh(self, opened: Mapping[str, Status]) -> bool:
        times = [status[1] for status in opened.values() if status is not None]
        coarse = all(each % 1_000_000_000 == 0 for each in times)
        return max(times, default=0) > self._began - (_COARSE_TICK if coarse else _TICK)

    def _evict(self) -> None:
        assert self._folder is not None
        entries = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self._limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size


def _header(listing: Iterable[str]) -> bytes:
    files = "\0".join(listing).encode(errors="surrogateescape")
    return _MAGIC + _fingerprint() + hashlib.sha256(files).digest()


def _encoded(header: bytes, opened: Mapping[str, Status], facts: Sequence[Fact]) -> bytearray:
    """The content of an entry, in one buffer: the facts of a large contract take 50 MB."""
    encoder, record = msgspec.msgpack.Encoder(), msgspec.msgpack.encode(opened)
    start = len(header) + _CHECK_BYTES
    content = bytearray(header + bytes(_CHECK_BYTES) + len(record).to_bytes(4, "big") + record)
    encoder.encode_into(facts, content, len(content))
    with memoryview(content) as whole:
        content[len(header) : start] = zlib.crc32(whole[start:]).to_bytes(_CHECK_BYTES, "big")
    return content


def _decoded(content: bytes, header: bytes, root: str) -> Cached | None:
    start = len(header) + _CHECK_BYTES
    body = memoryview(content)[start:]
    check = content[len(header) : start]
    if not content.startswith(header) or check != zlib.crc32(body).to_bytes(_CHECK_BYTES, "big"):
        return None
    facts_begin = 4 + int.from_bytes(body[:4], "big")
    opened = msgspec.msgpack.decode(body[4:facts_begin], type=dict[str, Status])
    if any(_status(f"{root}/{file}") != status for file, status in opened.items()):
        return None
    with _without_collector():
        facts = msgspec.msgpack.Decoder(_facts_type()).decode(body[facts_begin:])
    return Cached(facts, opened)


def _status(path: str) -> Status:
    try:
        status = os.stat(path)  # noqa: PTH116 (thousands of path objects would take longer)
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def _facts_type() -> type[tuple[Fact, ...]]:
    return tuple[Union[FACT_TYPES], ...]  # type: ignore[valid-type]  # noqa: UP007 (made at run time)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    # Nothing that is decoded is garbage, and looking for some takes longer than decoding.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def _fingerprint() -> bytes:
    """What the code that reads looks like, so that no other code's facts are taken for its own."""
    package = Path(backstay.__file__).parent
    files = [path for each in _READING for path in sorted((package / each).rglob("*.py"))]
    files += [Path(spec.origin) for each in _LIBRARIES if (spec := find_spec(each)) and spec.origin]
    known = [backstay.__version__]
    for path in files:
        status = path.stat()
        known.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(known).encode()).digest()
