"""Settings: ``backstay.toml``, read and checked once, where a review begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from backstay.model.data import Name, TableSize
from backstay.model.errors import BadRequest, NotAvailable
from backstay.model.facts import NotChecked
from backstay.model.findings import Severity, Stage
from backstay.model.places import Place
from backstay.project.secrets import mask
from backstay.project.toml_files import fault_at, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

FILE = "backstay.toml"

Glob = Annotated[
    str,
    Meta(
        pattern=r"^(?!#)(?!.*(^|/)\.\.(/|$)).*\S.*$",
        description="A pattern as in .gitignore.",
        extra={"wanted": "a pattern as in .gitignore, such as legacy/**, without .. in it"},
    ),
]
Rows = Annotated[int, Meta(ge=0, description="How many rows the table holds.")]
Address = Annotated[
    str,
    Meta(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|[a-z][a-z0-9+.-]*://([^/@:\s]*@)?[^/@\s]+(/\S*)?)$",
        description="env:NAME for the address in that environment variable, or the address itself"
        " where it holds no password.",
        extra={"wanted": 'env:NAME, such as "env:DATABASE_URL", or an address without a password'},
    ),
]


class PracticeChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which practices run, against their own default."""

    off: Annotated[tuple[str, ...], Meta(description="Practices that are not to run.")] = ()
    on: Annotated[
        tuple[str, ...], Meta(description="Practices that are to run though off by default.")
    ] = ()


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A running system that Backstay may be pointed at by name."""

    url: Address
    allow: Annotated[
        tuple[Literal["read", "experiments"], ...],
        Meta(description="What may be done there. Nothing else is."),
    ] = ("read",)

    def address(self, environment: Mapping[str, str]) -> str:
        """The address, taken from the environment where the settings say so.

        Raises:
            NotAvailable: the environment variable is not set.
        """
        if not self.url.startswith("env:"):
            return self.url
        name = self.url.removeprefix("env:")
        if not environment.get(name):
            raise NotAvailable(f"The environment variable {name} is not set. Set it to a URL.")
        return environment[name]


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model `backstay agent` asks, and what a run may cost."""

    model: Annotated[
        Annotated[str, Meta(pattern=r"^[a-z][a-z0-9/_-]*:\S+$", max_length=200)] | None,
        Meta(description="The model, as provider:name, such as anthropic:claude-opus-5-5."),
    ] = None
    calls: Annotated[
        Annotated[int, Meta(ge=1, le=200)] | None,
        Meta(description="The most requests to the model in a run."),
    ] = None
    tokens: Annotated[
        Annotated[int, Meta(ge=1, le=5_000_000)] | None,
        Meta(description="The most tokens of a run, in and out together."),
    ] = None
    seconds: Annotated[
        Annotated[float, Meta(gt=0, le=3_600)] | None,
        Meta(description="The most time of a run, in seconds."),
    ] = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of Backstay for one repository."""

    stage: Annotated[
        Stage | None,
        Meta(description="What the company is like. It changes ranking and advice, never facts."),
    ] = None
    fail_on: Annotated[
        Severity, Meta(description="The least severity of a finding that makes a review fail.")
    ] = "high"
    include: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Files that are read though they would be left out, such as those in"
            " folders of tests or of third parties."
        ),
    ] = ()
    exclude: Annotated[tuple[Glob, ...], Meta(description="These files are not read.")] = ()
    postgresql: Annotated[
        Annotated[int, Meta(ge=13, le=18)] | None,
        Meta(description="Major version of PostgreSQL in production."),
    ] = None
    budget_seconds: Annotated[
        Annotated[float, Meta(gt=0, le=86_400)] | None,
        Meta(description="The most time that all proofs of a run may take, in seconds."),
    ] = None
    practices: Annotated[PracticeChoice, Meta(description="Practices to switch off or on.")] = (
        PracticeChoice()
    )
    severity: Annotated[
        dict[str, Severity], Meta(description="Another severity for a practice, by its name.")
    ] = {}
    tables: Annotated[
        dict[str, Rows | dict[str, Rows]],
        Meta(
            description="Rows in production by table, as purchase or billing.invoice."
            " A table of its own for each database where there are several."
        ),
    ] = {}
    targets: Annotated[
        dict[str, Target], Meta(description="Running systems that may be named as targets.")
    ] = {}
    agent: Annotated[
        AgentSettings, Meta(description="The model that `backstay agent` asks, and its limits.")
    ] = AgentSettings()


def settings_file(root: Path, explicit: Path | None = None) -> Path | None:
    """The settings file for a review of ``root``: there, or in a parent within the repository.

    Raises:
        BadRequest: ``explicit`` is given and no such file is there, or the file found is a link
            that leads out of the repository.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise BadRequest(f"There is no settings file {explicit}. Run: backstay init")
        return explicit
    root = root.resolve()
    folder = root if root.is_dir() else root.parent
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
    for each in (folder, *folder.parents):
        if (each / FILE).exists() or (each / FILE).is_symlink():
            if not (each / FILE).resolve().is_relative_to(top):
                raise BadRequest(f"{each / FILE} leads out of the repository. Put a file there.")
            return each / FILE
        if each == top:
            break
    return None


def load_settings(root: Path, explicit: Path | None = None) -> Settings:
    """The settings for a review of ``root``; the defaults where there is no file.

    Raises:
        BadRequest: the file has a fault; the message names each with its line.
    """
    path = settings_file(root, explicit)
    if path is None:
        return Settings()
    settings, text = read_toml(path, path.name if explicit is None else str(explicit), Settings)
    _refuse_secrets(settings, path.name, text)
    both = sorted(set(settings.practices.on) & set(settings.practices.off))
    if both:
        keys = ("practices", "on", settings.practices.on.index(both[0]))
        raise BadRequest(fault_at(path.name, text, keys, f"{both[0]} is both on and off."))
    return settings


def _refuse_secrets(settings: Settings, shown: str, text: str) -> None:
    for name, target in settings.targets.items():
        if mask(target.url) != target.url:
            what = 'the address holds a secret. Put it in the environment: url = "env:NAME".'
            raise BadRequest(fault_at(shown, text, ("targets", name, "url"), what))


def with_current_names(
    settings: Settings,
    file: Path | None,
    current_name: Callable[[str], str | None],
    names: Iterable[str] = (),
) -> Settings:
    """The settings with each practice under its present name.

    Args:
        settings: as loaded.
        file: where from, for messages; see ``settings_file``.
        current_name: the present name of a practice, None for one that does not exist.
        names: all names, to suggest close ones.

    Raises:
        BadRequest: a practice does not exist; the message names the line and close names.
    """
    listed = [
        *((("practices", "off", place), name) for place, name in enumerate(settings.practices.off)),
        *((("practices", "on", place), name) for place, name in enumerate(settings.practices.on)),
        *((("severity", name), name) for name in settings.severity),
    ]
    unknown = [(keys, name) for keys, name in listed if current_name(name) is None]
    if unknown:
        text = file.read_text(encoding="utf-8-sig") if file else ""
        known = tuple(names)
        raise BadRequest(
            "\n".join(
                fault_at(file.name if file else FILE, text, keys, _no_practice(name, known))
                for keys, name in unknown
            )
        )
    return msgspec.structs.replace(
        settings,
        practices=PracticeChoice(
            off=tuple(current_name(name) or name for name in settings.practices.off),
            on=tuple(current_name(name) or name for name in settings.practices.on),
        ),
        severity={current_name(name) or name: to for name, to in settings.severity.items()},
    )


def _no_practice(name: str, names: tuple[str, ...]) -> str:
    import difflib  # noqa: PLC0415 (only for the message)

    close = difflib.get_close_matches(name[:80], names, n=3)
    hint = f"Did you mean {', '.join(close)}?" if close else "See: backstay practices"
    return f"there is no practice named `{name}`. {hint}"


def stated_sizes(
    settings: Settings, tables: Iterable[Name]
) -> tuple[tuple[TableSize, ...], tuple[NotChecked, ...]]:
    """The sizes that the settings state for ``tables``, and the entries that name none of them.

    An entry names a table of schema public by its name alone, others by ``schema.table``. One
    in a table of its own holds for that database only, and goes before one that stands outside.
    """
    stated = dict(_stated(settings))
    found: dict[Name, TableSize] = {}
    used: set[tuple[str, str]] = set()
    where = Place(file=FILE)
    for name in tables:
        for key in _keys_of(name):
            if key in stated:
                used.add(key)
                size = TableSize(where=where, table=name, rows=stated[key], source="stated")
                found.setdefault(name, size)
    unused = tuple(
        NotChecked(
            where=where,
            what=f"the stated size of {each}" + (f" in {database}" if database else ""),
            why="no table of that name was read; write schema.table where it is not in public",
        )
        for database, each in stated
        if (database, each) not in used
    )
    return tuple(found.values()), unused


def _keys_of(name: Name) -> Iterable[tuple[str, str]]:
    qualified = f"{name.schema}.{name.name}"
    plain = [qualified, name.name] if name.schema == "public" else [qualified]
    yield from ((name.database.rstrip("/"), each) for each in plain)
    yield name.schema, name.name  # billing.invoice = 5, which is TOML for a table within a table
    yield from (("", each) for each in plain)


def _stated(settings: Settings) -> Iterable[tuple[tuple[str, str], int]]:
    for key, value in settings.tables.items():
        if isinstance(value, int):
            yield ("", key), value
            continue
        for table, rows in value.items():
            yield (key.rstrip("/"), table), rows


def settings_schema() -> dict[str, object]:
    """A JSON Schema of ``backstay.toml``."""
    schema: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE,
    }
    return schema | msgspec.json.schema(Settings)
