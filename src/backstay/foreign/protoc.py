"""The door to protoc, the compiler of protobuf files that the grpcio-tools wheel brings.

Why protoc: it is the language's own compiler, so that what it takes is protobuf, editions included.
Without it we would need a parser of our own, which would be wrong where editions move. It is C++
code that reads files of strangers, so it runs in a process of its own, with a bound on time and
memory, in a folder of its own, and never with a plugin.

This file is also that process: ``python protoc.py FOLDER`` reads FOLDER/order.json, compiles what
stands below FOLDER/files and writes FOLDER/answer.json and FOLDER/set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SECONDS = 60
MEGABYTES = 2_000
MOST_CRASHES = 4
"""Times that the compiler may crash on a file before all is given up."""
_CRASHES = (-4, -6, -7, -8, -11)  # of the signals, those that a fault of the program raises
_IMPORTS_BAD = "it imports a file that does not compile"
MOST_FAULTS = 200
"""Faults that are reported; a file with thousands says nothing more with the rest."""


class Fault(NamedTuple):
    """What the compiler says is wrong with a file; line and column count from 1, or are None."""

    file: str
    line: int | None
    column: int | None
    text: str


class Compiled(NamedTuple):
    """What became of a set of files.

    Attributes:
        descriptors: a serialized FileDescriptorSet of those that compile, each after its imports,
            with source info.
        faults: why the others do not.
        stopped: why the compiler ended before its time; then there are no descriptors.
    """

    descriptors: bytes
    faults: tuple[Fault, ...] = ()
    stopped: str | None = None


class Compilation:
    """A compiler at work in its own process; several may work at once."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        wanted: Iterable[str],
        importers: Mapping[str, Iterable[str]],
        seconds: int = SECONDS,
    ) -> None:
        """Start it.

        Args:
            files: contents by the names under which files import each other; the names are plain
                relative paths.
            wanted: those to compile; the others are there to be imported.
            importers: for a file, those that import it, as far as known: they cannot compile where
                it cannot.
            seconds: of processor time.
        """
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="backstay-protoc-")
        self._root = Path(self._folder.name)
        self._wanted = list(wanted)
        self._importers = {name: list(by) for name, by in importers.items()}
        self._crashed: list[Fault] = []
        for name, content in files.items():
            path = self._root / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._process = self._started(careful=False)

    def result(self) -> Compiled:
        """Wait for it, and clean up behind it."""
        with self._folder:
            for left in range(MOST_CRASHES, -1, -1):
                try:
                    status = self._process.wait(self._seconds * 2)
                except subprocess.TimeoutExpired:
                    return Compiled(b"", stopped=f"it took longer than {self._seconds} s")
                finally:
                    self._end()
                if not left or status not in _CRASHES:
                    break
                self._leave_out_culprit()
                self._process = self._started(careful=True)
            return self._answer(status)

    def stop(self) -> None:
        """Give it up."""
        self._end()
        self._folder.cleanup()

    def _started(self, *, careful: bool) -> subprocess.Popen[bytes]:
        order = {
            "wanted": self._wanted,
            "importers": self._importers,
            "seconds": self._seconds,
            "careful": careful,
        }
        (self._root / "order.json").write_text(json.dumps(order), "utf-8")
        return subprocess.Popen(  # noqa: S603 (our own file, by our own interpreter)
            [sys.executable, "-I", __file__, self._folder.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
        )

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _leave_out_culprit(self) -> None:
        """Take out the file at which a careful run crashed; the first run was not careful."""
        at = self._root / "at"
        if not at.exists():
            return
        culprit = at.read_text("utf-8")
        left_out = _with_importers({culprit}, self._importers)
        why = {culprit: "the compiler crashes on it, as on code nested too deep"}
        self._crashed += [
            Fault(name, None, None, why.get(name, _IMPORTS_BAD))
            for name in self._wanted
            if name in left_out
        ]
        self._wanted = [name for name in self._wanted if name not in left_out]
        at.unlink()

    def _answer(self, status: int) -> Compiled:
        if status != 0 or not (self._root / "answer.json").exists():
            limit = f"{self._seconds} s and {MEGABYTES} MB"
            return Compiled(b"", stopped=f"it ended with status {status} (its limits are {limit})")
        faults = json.loads((self._root / "answer.json").read_text("utf-8"))
        done = self._root / "set"
        return Compiled(
            done.read_bytes() if done.exists() else b"",
            (*self._crashed, *(Fault(*each) for each in faults)),
        )


def provided() -> frozenset[str]:
    """Names of the files that every compiler knows, such as google/protobuf/any.proto."""
    root = _wheel() / "_proto"
    return frozenset(path.relative_to(root).as_posix() for path in root.rglob("*.proto"))


def version() -> str:
    """The wheel's version.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    from importlib import metadata  # noqa: PLC0415 (takes longer to import than all else here)

    return metadata.version("grpcio-tools")


def _wheel() -> Path:
    # The wheel's own __init__ imports more than its files need.
    from importlib.util import find_spec  # noqa: PLC0415 (not needed for a type)

    found = find_spec("grpc_tools")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _compile(root: Path, order: dict[str, Any], run: Callable[[list[str]], int]) -> list[Fault]:
    """Compile all that can be: leave out what has faults, and what imports that."""
    compiler = _Compiler(root, run)
    importers: dict[str, list[str]] = order["importers"]
    pending: list[str] = order["wanted"]
    good: list[str] = []
    if order["careful"]:
        pending = compiler.without_bad(pending, root / "at")
    elif not compiler.bad_of(pending, output=root / "set"):
        return []
    else:
        compiler.faults.clear()
    # The compiler stops at the first file with a fault; those before it are good.
    while pending:
        bad = compiler.bad_of(pending)
        first = min((pending.index(name) for name in bad if name in pending), default=None)
        if first is None:
            good += pending if not bad else []
            break
        dropped = _with_importers(bad, importers)
        compiler.note_importers(dropped - bad, pending)
        good += pending[:first]
        pending = [name for name in pending[first + 1 :] if name not in dropped]
        good = [name for name in good if name not in dropped]
    # Faults between files, such as a name defined twice, show when all are compiled together.
    while good and (bad := compiler.bad_of(good, output=root / "set")):
        dropped = _with_importers(bad, importers)
        compiler.note_importers(dropped - bad, good)
        left = [name for name in good if name not in dropped]
        good = left if len(left) < len(good) else []
    return compiler.faults


def _with_importers(names: set[str], importers: dict[str, list[str]]) -> set[str]:
    found = set(names)
    open_names = list(names)
    while open_names:
        for name in importers.get(open_names.pop(), ()):
            if name not in found:
                found.add(name)
                open_names.append(name)
    return found


class _Compiler:
    """protoc in this process, and the faults that it found."""

    def __init__(self, root: Path, run: Callable[[list[str]], int]) -> None:
        self.faults: list[Fault] = []
        self._run = run
        self._files = f"{root}/files"
        self._said = root / "said"
        self._nothing = root / "nothing"

    def bad_of(self, names: list[str], output: Path | None = None) -> set[str]:
        """Compile these together and give those with faults, which are also noted."""
        arguments = [
            "protoc",
            f"-I{self._files}",
            f"-I{_wheel() / '_proto'}",
            f"--descriptor_set_out={output or self._nothing}",
        ]
        if output:
            arguments += ["--include_source_info", "--include_imports"]
        # With the folder in front no name can be taken for an option.
        arguments += [f"{self._files}/{name}" for name in names]
        with self._said.open("wb+") as said:
            os.dup2(said.fileno(), 2)
            status = self._run(arguments)
            said.seek(0)
            text = said.read(4_000_000).decode("utf-8", "replace")
        if status == 0:
            return set()
        found = [fault for line in text.splitlines() if (fault := self._fault(line))]
        if not found:
            found = [Fault(names[0], None, None, text.strip()[:300] or "protoc gives no reason")]
        self._note(found)
        return {fault.file for fault in found}

    def without_bad(self, names: list[str], at: Path) -> list[str]:
        """Compile each alone, with its name written down first, and give those without faults."""
        good = []
        for name in names:
            at.write_text(name, "utf-8")
            if not self.bad_of([name]):
                good.append(name)
        at.unlink(missing_ok=True)
        return good

    def note_importers(self, names: set[str], among: list[str]) -> None:
        """Note files that cannot be compiled since what they import cannot."""
        self._note([Fault(name, None, None, _IMPORTS_BAD) for name in among if name in names])

    def _note(self, faults: list[Fault]) -> None:
        self.faults += faults[: max(0, MOST_FAULTS - len(self.faults))]

    def _fault(self, line: str) -> Fault | None:
        if not line.startswith(f"{self._files}/"):
            return None
        place, _, text = line[len(self._files) + 1 :].partition(": ")
        name, *numbers = place.rsplit(":", 2)
        if text.startswith("warning: "):
            return None
        if len(numbers) == 2 and all(number.isdigit() for number in numbers):
            return Fault(name, int(numbers[0]), int(numbers[1]), text[:300])
        return Fault(place, None, None, text[:300])


def _limit(seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 (there is none on Windows)
    except ImportError:
        return
    bounds = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: MEGABYTES * 1024 * 1024,
        resource.RLIMIT_FSIZE: MEGABYTES * 1024 * 1024,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):  # macOS refuses a bound on address space
            continue


def _main(root: Path) -> None:
    order = json.loads((root / "order.json").read_text("utf-8"))
    _limit(order["seconds"])
    # Only in this process; the wheel comes without types.
    from grpc_tools import _protoc_compiler  # type: ignore[import-untyped]  # noqa: PLC0415

    def run(arguments: list[str]) -> int:
        return int(_protoc_compiler.run_main([each.encode() for each in arguments]))

    faults = _compile(root, order, run)
    (root / "answer.json").write_text(json.dumps(faults), "utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
