from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import msgspec.inspect as shapes
import pytest

from backstay.model.codec import FACT_TYPES
from backstay.model.data import Column, Name
from backstay.model.deployment import Service, Variable
from backstay.model.facts import Fact, Unread
from backstay.model.places import Place
from backstay.project import cache as cache_module
from backstay.project.cache import Cache, Status, cache_key
from backstay.project.folders import cache_folder, state_folder

LISTING = ("schema.sql", "types.sql")


def facts(count: int = 3) -> tuple[Fact, ...]:
    table = Name(database="schema.sql", name="purchase")
    return tuple(
        Column(
            where=Place(file="schema.sql", start=number, end=number + 9),
            table=table,
            name=f"column_{number}",
            position=number,
            type="character varying(80)",
            default="'x'::text" if number % 2 else None,
        )
        for number in range(count)
    )


class Project:
    """A folder with two files, and its cache."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        for file in LISTING:
            (self.root / file).write_text("create table purchase ();")
            os.utime(self.root / file, ns=(1, 1_600_000_000_123_456_789))
        self.folder = folder / "cache"
        self.key = cache_key(self.root, "sql")

    @property
    def opened(self) -> dict[str, Status]:
        statuses = {file: (self.root / file).stat() for file in LISTING}
        found = {file: (each.st_size, each.st_mtime_ns) for file, each in statuses.items()}
        return {**found, "missing.sql": None}

    def store(self, kept: tuple[Fact, ...] = facts(), **options: int) -> bool:
        return Cache(self.folder, **options).store(self.key, LISTING, self.opened, kept)

    def load(self) -> tuple[Fact, ...] | None:
        found = Cache(self.folder).load(self.key, self.root, LISTING)
        return None if found is None else found.facts

    @property
    def entry(self) -> Path:
        return self.folder / "facts" / self.key


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_what_was_stored_comes_back(project: Project) -> None:
    assert project.load() is None
    assert project.store()
    assert project.load() == facts()
    found = Cache(project.folder).load(project.key, project.root, LISTING)
    assert found is not None
    assert found.opened == project.opened
    assert project.entry.stat().st_mode & 0o077 == 0, "for nobody else to read"


def example(shape: shapes.Type) -> object:
    """A value of a type in the form that it is encoded to, with every optional part filled."""
    plain = {
        shapes.StrType: "x",
        shapes.IntType: 1,
        shapes.FloatType: 1.5,
        shapes.BoolType: True,
        shapes.DateType: "2026-11-23",
    }
    if isinstance(shape, shapes.UnionType):
        return example(next(each for each in shape.types if type(each) is not shapes.NoneType))
    if isinstance(shape, shapes.VarTupleType):
        return [example(shape.item_type)]
    if isinstance(shape, shapes.TupleType):
        return [example(each) for each in shape.item_types]
    if isinstance(shape, shapes.LiteralType):
        return shape.values[0]
    if isinstance(shape, shapes.StructType):
        fields = {each.encode_name: example(each.type) for each in shape.fields}
        return fields | ({shape.tag_field: shape.tag} if shape.tag_field else {})
    return plain[type(shape)]


@pytest.mark.parametrize("kind", FACT_TYPES)
def test_every_kind_of_fact_comes_back(project: Project, kind: type[Fact]) -> None:
    fact = msgspec.convert(example(shapes.type_info(kind)), kind)
    assert project.store((fact,))
    assert project.load() == (fact,)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "schema.sql").write_text("create table other ();;;;"),
        lambda root: os.utime(root / "types.sql", ns=(1, 1_600_000_000_123_456_790)),
        lambda root: (root / "schema.sql").unlink(),
        lambda root: (root / "missing.sql").touch(),
    ],
    ids=["size", "time", "gone", "new where one was missing"],
)
def test_a_changed_file_makes_the_entry_void(project: Project, change: object) -> None:
    assert project.store()
    change(project.root)  # type: ignore[operator]  # a parametrised function
    assert project.load() is None


def test_another_listing_or_other_settings_make_the_entry_void(project: Project) -> None:
    assert project.store()
    cache = Cache(project.folder)
    assert cache.load(project.key, project.root, (*LISTING, "new.sql")) is None
    assert cache.load(cache_key(project.root, "sql", "16"), project.root, LISTING) is None
    assert cache.load(cache_key(project.root / "x", "sql"), project.root, LISTING) is None


def test_another_version_makes_the_entry_void(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.store()
    monkeypatch.setattr(cache_module, "_fingerprint", lambda: b"x" * 32)
    assert project.load() is None


def test_a_file_that_changed_as_it_was_read_is_not_relied_on(project: Project) -> None:
    now = time.time_ns()
    os.utime(project.root / "schema.sql", ns=(now, now))
    assert not project.store()
    whole_second = now // 1_000_000_000 * 1_000_000_000
    for file in LISTING:
        os.utime(project.root / file, ns=(whole_second, whole_second - 1_000_000_000))
    assert not project.store(), "times in whole seconds may hide a change"


def test_secrets_are_not_stored(project: Project) -> None:
    place = Place(file="compose.yaml")
    for variable in (
        Variable(name="POSTGRES_PASSWORD", value="hunter2", where=place),
        Variable(name="DATABASE_URL", value="postgres://a:hunter2@db/shop", where=place),
    ):
        service = Service(where=place, name="db", environment=(variable,))
        assert not project.store((service,))
    assert not project.store((Unread(where=place, why="password='hunter2'"),))
    assert not project.folder.exists()
    outside = Variable(name="POSTGRES_PASSWORD", value="${POSTGRES_PASSWORD}", where=place)
    assert project.store((Service(where=place, name="db", environment=(outside,)),))


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped", "header", "other", "folder"])
def test_a_damaged_entry_is_ignored_and_replaced(project: Project, damage: str) -> None:
    assert project.store()
    content = project.entry.read_bytes()
    if damage == "cut":
        project.entry.write_bytes(content[: len(content) // 2])
    elif damage == "emptied":
        project.entry.write_bytes(b"")
    elif damage == "flipped":
        project.entry.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    elif damage == "header":
        project.entry.write_bytes(content[:90])
    elif damage == "other":
        project.entry.write_bytes(os.urandom(1000))
    else:
        project.entry.unlink()
        project.entry.mkdir()
    assert project.load() is None
    if damage != "folder":
        assert project.store()
        assert project.load() == facts()


def test_every_cut_is_noticed(project: Project) -> None:
    assert project.store()
    content = project.entry.read_bytes()
    for size in range(len(content)):
        project.entry.write_bytes(content[:size])
        assert project.load() is None


def test_the_oldest_entries_go_when_there_are_too_many(project: Project) -> None:
    assert project.store()
    size = project.entry.stat().st_size
    limit = size * 4
    for number in range(8):
        key = cache_key(project.root, f"part {number}")
        assert Cache(project.folder, limit=limit).store(key, LISTING, project.opened, facts())
        entry = project.folder / "facts" / key
        os.utime(entry, (number + 1000, number + 1000))
    kept = {each.name for each in (project.folder / "facts").iterdir()}
    assert len(kept) == 4
    assert cache_key(project.root, "part 7") in kept
    assert cache_key(project.root, "part 0") not in kept
    assert not Cache(project.folder, limit=size).store("x", LISTING, project.opened, facts())


def test_without_a_folder_nothing_is_kept(project: Project) -> None:
    cache = Cache(None)
    assert not cache.store(project.key, LISTING, project.opened, facts())
    assert cache.load(project.key, project.root, LISTING) is None


def test_a_folder_that_cannot_be_written_does_no_harm(project: Project) -> None:
    project.folder.touch()
    assert not project.store()
    assert project.load() is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of fork, from 3.12 on
def test_a_folder_of_another_user_does_no_harm(open_folder: Path) -> None:
    open_folder.chmod(0o755)
    cache_module._fingerprint()  # noqa: SLF001 (the other user may not see the installed files)
    cache = Cache(open_folder)
    child = os.fork()
    if child == 0:
        outcome = 1
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            else:
                open_folder.chmod(0o555)
            stored = cache.store("key", [], {}, [])
            outcome = int(stored or cache.load("key", open_folder, []) is not None)
        finally:
            os._exit(outcome)
    assert os.waitpid(child, 0)[1] == 0
    assert list(open_folder.iterdir()) == []


def test_a_full_disk_does_no_harm(project: Project, small_disk: Path) -> None:
    project.folder = small_disk
    assert not project.store(facts(20_000))
    assert project.load() is None
    assert list((small_disk / "facts").iterdir()) == []
    assert project.store(facts(10))
    assert project.load() == facts(10)


def test_names_that_are_no_text_do_no_harm(project: Project) -> None:
    strange = os.fsdecode(b"\xff.sql")
    opened: dict[str, Status] = {strange: (1, 1)}
    assert not Cache(project.folder).store(project.key, [strange], opened, facts())
    assert Cache(project.folder).load(project.key, project.root, [strange]) is None


def test_several_at_once_do_not_disturb_each_other(project: Project) -> None:
    program = (
        "import pathlib, sys\n"
        "from backstay.project.cache import Cache\n"
        "from tests.project.test_cache import LISTING, facts\n"
        "cache = Cache(pathlib.Path(sys.argv[1]))\n"
        "for _ in range(40):\n"
        "    assert cache.store(sys.argv[2], LISTING, {}, facts(300))\n"
        "    found = cache.load(sys.argv[2], pathlib.Path('/'), LISTING)\n"
        "    assert found is not None and len(found.facts) == 300\n"
    )
    arguments = [sys.executable, "-c", program, str(project.folder), project.key]
    repository = Path(__file__).parents[2]
    workers = [subprocess.Popen(arguments, cwd=repository) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert [each.name for each in (project.folder / "facts").iterdir()] == [project.key]


def test_loading_switches_the_collector_back_on(project: Project) -> None:
    assert project.store()
    assert gc.isenabled()
    project.load()
    assert gc.isenabled()


def test_ten_thousand_facts_load_in_a_blink(project: Project) -> None:
    assert project.store(facts(10_000))
    project.load()
    start = time.process_time()
    assert len(project.load() or ()) == 10_000
    assert time.process_time() - start < 0.25


def test_folders_follow_the_environment() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"}) == Path("/x/backstay")
    assert state_folder({"XDG_STATE_HOME": "/x", "HOME": "/h"}) == Path("/x/backstay")
    assert cache_folder({"BACKSTAY_CACHE": "/y", "XDG_CACHE_HOME": "/x"}) == Path("/y")
    assert cache_folder({"BACKSTAY_CACHE": "off", "HOME": "/h"}) is None
    if sys.platform == "linux":
        assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/backstay")
        assert state_folder({"HOME": "/h"}) == Path("/h/.local/state/backstay")
        relative = {"XDG_CACHE_HOME": "x", "HOME": "/h"}
        assert cache_folder(relative) == Path("/h/.cache/backstay"), "as XDG has it"
        assert state_folder({"HOME": "relative"}) is None
