"""Queries that select a field, and responses that answer them, along a route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.graphql.queries import (
    Candidate,
    NoSampleError,
    Writer,
    is_abstract,
    response_of,
    selection_of,
)
from backstay.compatibility.graphql.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.compatibility.graphql.pair import Pair
    from backstay.compatibility.graphql.schema import Field


class Selecting:
    """Builds queries between two versions."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.routes = Routes(pair)

    def writer(self) -> Writer:
        """For a new document."""
        return Writer(self.pair)

    def select(  # noqa: PLR0913 (what tells queries for one field apart)
        self,
        type_: str,
        field: Field,
        given: Mapping[str, str] | None = None,
        *,
        about: str,
        writer: Writer | None = None,
        but: str = "",
        inner: str = "__typename",
    ) -> Iterator[Candidate]:
        """A query for one field of a type with the arguments given; at most one."""
        route = self.routes.to(type_)
        if route is None:
            return
        writer = writer or self.writer()
        try:
            selection = selection_of(self.pair, field.type, inner)
            text = writer.field(field, given or {}, but, selection)
            made = writer.document(route, f"{{ {text} }}")
        except NoSampleError:
            return
        part = f"{about}: {given[about]}" if given and about in given else ""
        yield made._replace(about=(about, part))

    def respond(self, type_: str, field: Field, value: object) -> Iterator[Candidate]:
        """A query for a field, with a response that gives it a value; at most one."""
        route = self.routes.to(type_)
        if route is None:
            return
        writer = self.writer()
        try:
            text = writer.field(field, {}, "", selection_of(self.pair, field.type))
            named = "__typename " if is_abstract(self.pair, type_) else ""
            made = writer.document(route, f"{{ {named}{text} }}", typenames=True)
        except NoSampleError:
            return
        yield made._replace(response=response_of(self.pair, route, {field.name: value}))

    def fragment(self, at: str, on: str) -> Iterator[Candidate]:
        """A query with a fragment on a type where values of another one stand."""
        inner = f"... on {on} {{ __typename }}"
        route = self.routes.to(at)
        if route is not None:
            try:
                yield self.writer().document(route, f"{{ {inner} }}")._replace(about=(on, ""))
            except NoSampleError:
                return
        for type_, field in self.routes.returning(at)[:1]:
            yield from self.select(type_, field, about=on, inner=inner)
