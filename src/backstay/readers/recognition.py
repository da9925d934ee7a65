"""What kind of input a file is, told by its content wherever the content can tell.

The tests here are cheap (byte searches, and a decoder that skips what it is not asked for), since
they meet every JSON and YAML file of a tree. A file that looks like an input and turns out to be
broken keeps its kind: its reader then reports it as unread.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import Any

import msgspec

from backstay.readers import limits
from backstay.readers.decision_records import is_decision_record
from backstay.readers.documents import load_documents, looks_like_json, utf8_of
from backstay.readers.unreadable import Unreadable

_BY_SUFFIX = {
    ".sql": "sql",
    ".psql": "sql",
    ".pgsql": "sql",
    ".ddl": "sql",
    ".graphql": "graphql",
    ".graphqls": "graphql",
    ".gql": "graphql",
    ".proto": "protobuf",
}
_DOCUMENT_SUFFIXES = frozenset((".yaml", ".yml", ".json"))
_RECORD_SUFFIXES = frozenset((".md", ".markdown"))  # decisions that were recorded

_DOCKERFILE_NAME = re.compile(r"(?i)(^|[._-])(dockerfile|containerfile)([._-]|$)")
_COMPOSE_NAME = re.compile(r"(?i)^(docker-)?compose([._-].*)?\.(ya?ml|json)$")

# With one of these names a file claims to be an input, whatever it holds: if it is cut off, binary
# or wrongly encoded, that is to be said.
_DOCKERFILE_ITSELF = re.compile(r"(?i)^(dockerfile|containerfile)$|.\.(dockerfile|containerfile)$")
_CONTRACT_NAME = re.compile(r"(?i)^(openapi|swagger)\.(ya?ml|json)$")

_DOCKERFILE_FIRST = re.compile(rb"(?i)\A\s*(?:#[^\n]*\n\s*)*(?:FROM|ARG)[ \t]+\S")
_DOCKERFILE_FROM = re.compile(rb"(?im)^[ \t]*FROM[ \t]+\S")
_CONTRACT_KEY = re.compile(rb"""(?m)^["']?(openapi|swagger)["']?[ \t]*:[ \t]*["']?[1-9]\.\d""")
_CONTRACT_KEY_IN_FLOW = re.compile(rb"""[{,]\s*["']?(openapi|swagger)["']?\s*:\s*["']?[1-9]\.\d""")
_SERVICES_KEY = re.compile(rb"""(?m)^["']?services["']?[ \t]*:""")
_SERVICE_PART = re.compile(rb"""[\s{,]["']?(image|build|extends)["']?\s*:""")

# https://github.com/compose-spec/compose-spec/blob/main/spec.md
_COMPOSE_KEYS = frozenset(
    (
        "version",
        "name",
        "include",
        "services",
        "networks",
        "volumes",
        "configs",
        "secrets",
        "models",
    )
)

# Compose files are small; what is larger and has a `services` key is something else.
_MAX_COMPOSE_BYTES = 1024 * 1024


class _ContractHead(msgspec.Struct):
    openapi: msgspec.Raw = msgspec.Raw(b"")
    swagger: msgspec.Raw = msgspec.Raw(b"")
    services: msgspec.Raw = msgspec.Raw(b"")


def suffix_of(name: str) -> str:
    """The name's last suffix in lower case, with its dot; '' where there is none."""
    at = name.rfind(".")
    return name[at:].lower() if at > 0 else ""


def kind_by_name(name: str) -> str | None:
    """The kind of a file whose name settles it."""
    return _BY_SUFFIX.get(suffix_of(name))


def needs_a_look(name: str) -> bool:
    """Whether a file with this name may be an input, depending on its content."""
    suffix = suffix_of(name)
    if not suffix and not name.startswith("."):
        return True
    looked_into = suffix in _DOCUMENT_SUFFIXES or suffix in _RECORD_SUFFIXES
    return looked_into or bool(_DOCKERFILE_NAME.search(name))


def claims_to_be_input(name: str) -> bool:
    """Whether a name alone suggests an input, for what has no content to look at."""
    return bool(
        kind_by_name(name) or suffix_of(name) in _DOCUMENT_SUFFIXES or _DOCKERFILE_NAME.search(name)
    )


def bytes_to_look_at(name: str) -> int:
    """How much of a file `kind_by_content` needs to see."""
    suffix = suffix_of(name)
    if suffix in _RECORD_SUFFIXES:
        return 4 * 1024
    return limits.MAX_JSON_BYTES if suffix in _DOCUMENT_SUFFIXES else 64 * 1024


def kind_by_content(name: str, data: bytes) -> str | None:
    """The kind of a file by its content, or None where it is no input that we know."""
    if suffix_of(name) in _DOCUMENT_SUFFIXES:
        return _kind_of_document(name, data) or _kind_of_broken_document(name, data)
    if suffix_of(name) in _RECORD_SUFFIXES and is_decision_record(data):
        return "decision-record"
    text = data.removeprefix(codecs.BOM_UTF8)
    if _DOCKERFILE_ITSELF.search(name):
        return "dockerfile" if text.strip() else None
    if _DOCKERFILE_FROM.search(text) and (
        _DOCKERFILE_NAME.search(name) or _DOCKERFILE_FIRST.match(text)
    ):
        return "dockerfile"
    return None


def _kind_of_document(name: str, data: bytes) -> str | None:
    text = _without_mark(data)
    if b"openapi" not in text and b"swagger" not in text and b"services" not in text:
        return None
    if looks_like_json(text):
        return _kind_of_json(name, text)
    if _CONTRACT_KEY.search(text):
        return "openapi"
    return "compose" if _SERVICES_KEY.search(text) and _is_compose(name, data) else None


def _without_mark(data: bytes) -> bytes:
    """The text as UTF-8, as near as it can be had, without its byte order mark."""
    if data[:1] in (b"\xef", b"\xfe", b"\xff", b"\0"):
        with contextlib.suppress(Unreadable):
            data = utf8_of(data)
    # Without a mark, UTF-16 shows its words once the zeros are gone.
    return data.replace(b"\0", b"") if b"\0" in data[:256] else data


def _kind_of_broken_document(name: str, data: bytes) -> str | None:
    """The kind that a file's name claims, if what it holds cannot be read or is no mapping."""
    kind = "openapi" if _CONTRACT_NAME.match(name) else None
    if _COMPOSE_NAME.match(name):
        kind = "compose"
    if kind is None or not data.strip():
        return None
    try:
        documents = load_documents(data, name=name)
    except Unreadable:
        return kind
    return None if any(isinstance(each.value, dict | None) for each in documents) else kind


def _kind_of_json(name: str, data: bytes) -> str | None:
    try:
        head = msgspec.json.decode(data, type=_ContractHead)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        # Not JSON after all, or broken: flow-style YAML, or a contract to be reported as unread.
        return "openapi" if _CONTRACT_KEY_IN_FLOW.search(data) else None
    if bytes(head.openapi)[1:2].isdigit() or bytes(head.swagger)[1:2].isdigit():
        return "openapi"
    return "compose" if bytes(head.services) and _is_compose(name, data) else None


def _is_compose(name: str, data: bytes) -> bool:
    """Whether the `services` are containers: GitLab, Symfony and others have that key too."""
    named = bool(_COMPOSE_NAME.match(name))
    if len(data) > _MAX_COMPOSE_BYTES or not (named or _SERVICE_PART.search(data)):
        return named
    try:
        documents = load_documents(data, name=name)
    except Unreadable:
        return named
    return any(_has_containers(document.value, named=named) for document in documents)


def _has_containers(value: Any, *, named: bool) -> bool:  # noqa: ANN401 (plain data)
    services = value.get("services") if isinstance(value, dict) else None
    if not isinstance(services, dict):
        return False
    if named:
        return True
    # Other top-level keys (`steps`, `pipeline`, `job`) mark the files of build servers.
    return all(key in _COMPOSE_KEYS or key.startswith("x-") for key in value) and any(
        isinstance(service, dict) and not service.keys().isdisjoint(("image", "build", "extends"))
        for service in services.values()
    )
