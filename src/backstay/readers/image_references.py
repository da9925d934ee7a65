"""Image references such as ``ghcr.io/acme/api:1.4@sha256:...`` in their parts."""

from __future__ import annotations

from backstay.model.deployment import Image


def image_of(text: str, *, assumed: bool = False) -> Image:
    """The parts of a reference; anything is taken, since holes may stand anywhere in it.

    A first part with a dot, a port or the name "localhost" is a registry; that is the rule of
    https://pkg.go.dev/github.com/distribution/reference.
    """
    name, _, digest = text.partition("@")
    before, colon, after = name.rpartition(":")
    repository, tag = (before, after) if colon and "/" not in after else (name, "")
    first, slash, rest = repository.partition("/")
    registry = None
    if slash and (any(mark in first for mark in ".:$") or first == "localhost"):
        registry, repository = first, rest
    return Image(
        text=text,
        repository=repository,
        registry=registry,
        tag=tag or None,
        digest=digest or None,
        assumed=assumed,
    )
