"""What differs between the services of two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.protobuf.collecting import Collector, Recipe, Told, levels
from backstay.compatibility.protobuf.reach import Reach
from backstay.foreign.protobuf import MethodOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.protobuf.schema import Definition
    from backstay.foreign.protobuf import MethodDescriptorProto, ServiceDescriptorProto

_METHODS, _INPUT, _OUTPUT, _OPTIONS = 2, 2, 3, 4
_CLIENT_STREAMING, _SERVER_STREAMING = 5, 6
_IDEMPOTENCY, _DEPRECATED = 34, 33


def compare_services(collector: Collector) -> None:
    """Take down what differs in services that both versions have."""
    for old in collector.old.schema.services.values():
        new = collector.new.schema.services.get(collector.types.new_name(old.name))
        if new is None or old.proto == new.proto:
            continue
        after = {method.name: index for index, method in enumerate(new.proto.method)}
        for index, method in enumerate(old.proto.method):
            if method.name not in after:
                collector.add(_removed(collector, old, new, index))
            elif method != new.proto.method[after[method.name]]:
                pair = _Method(collector, old, new, index, after[method.name])
                for told in pair.changes():
                    collector.add(told)
        before = {method.name for method in old.proto.method}
        for name, index in after.items():
            if name not in before:
                full = f"{new.name}.{name}"
                path = (*new.path, _METHODS, index)
                told = Told("rpc-added", full, f"{full} is new", reach=Reach("both", (full,)))
                collector.add(told._replace(new=collector.new.at.place(new.file, path)))


def _removed(
    collector: Collector,
    old: Definition[ServiceDescriptorProto],
    new: Definition[ServiceDescriptorProto],
    index: int,
) -> Told:
    full = f"{old.name}.{old.proto.method[index].name}"
    return Told(
        kind="rpc-removed",
        subject=full,
        text=f"{full} is gone: calls of clients with the old files fail as unimplemented",
        breaks=("wire", "json", "source"),
        old=collector.old.at.place(old.file, (*old.path, _METHODS, index)),
        new=collector.new.at.place(new.file, new.path),
        reach=Reach("request", (full,)),
        package=collector.package(old.file),
    )


class _Method:
    """A method in both versions."""

    def __init__(
        self,
        collector: Collector,
        old: Definition[ServiceDescriptorProto],
        new: Definition[ServiceDescriptorProto],
        old_index: int,
        new_index: int,
    ) -> None:
        self._collector = collector
        self._files = (old.file, new.file)
        self._paths = ((*old.path, _METHODS, old_index), (*new.path, _METHODS, new_index))
        self._old: MethodDescriptorProto = old.proto.method[old_index]
        self._new: MethodDescriptorProto = new.proto.method[new_index]
        self._name = f"{new.name}.{self._new.name}"

    def changes(self) -> Iterator[Told]:
        """All that differs."""
        yield from self._types()
        yield from self._streaming()
        yield from self._options()

    def _told(self, kind: str, text: str, *part: int) -> Told:
        at = self._collector.old.at, self._collector.new.at
        old, new = (
            each.place(file, (*path, *part), path)
            for each, file, path in zip(at, self._files, self._paths, strict=True)
        )
        return Told(
            kind=kind,
            subject=self._name,
            text=text,
            old=old,
            new=new,
            reach=Reach("both", (self._name,)),
            package=self._collector.package(self._files[0]),
        )

    def _types(self) -> Iterator[Told]:
        types = self._collector.types
        old, new = self._old, self._new
        for kind, verb, part, before, after in (
            ("rpc-request-type-changed", "takes", _INPUT, old.input_type, new.input_type),
            ("rpc-response-type-changed", "returns", _OUTPUT, old.output_type, new.output_type),
        ):
            before, after = before.removeprefix("."), after.removeprefix(".")  # noqa: PLW2901
            if types.new_name(before) == after:
                continue
            request = part == _INPUT
            unlike = types.unlike_messages(before, after)
            reason = unlike.wire or unlike.json
            text = f"{self._name} {verb} {after} in place of {before}"
            text += f": {reason}" if reason else ", which looks the same on the wire"
            text += "; generated code has another type"
            yield self._told(kind, text, part)._replace(
                breaks=levels(wire=unlike.wire, json=unlike.json),
                reach=Reach("request" if request else "response", (self._name,)),
                recipe=Recipe(before, after),
            )

    def _streaming(self) -> Iterator[Told]:
        for who, part, old, new in (
            ("client", _CLIENT_STREAMING, self._old.client_streaming, self._new.client_streaming),
            ("server", _SERVER_STREAMING, self._old.server_streaming, self._new.server_streaming),
        ):
            if old != new:
                one, many = "sends one message", "streams messages"
                text = f"in {self._name} the {who} {many if new else one} where it"
                text += f" {'sent one' if new else 'streamed them'}: clients with the old files"
                text += " and generated code speak another protocol"
                told = self._told("rpc-streaming-changed", text)
                yield told._replace(
                    subject=f"{self._name}#{who}",
                    breaks=("wire", "json", "source"),
                    reach=Reach(
                        "request" if part == _CLIENT_STREAMING else "response", (self._name,)
                    ),
                )

    def _options(self) -> Iterator[Told]:
        old, new = self._old.options, self._new.options
        if old.idempotency_level != new.idempotency_level:
            level = MethodOptions.IdempotencyLevel.Name
            text = f"{self._name} was {level(old.idempotency_level)} and is"
            text += f" {level(new.idempotency_level)}: callers that retry, and the HTTP method of"
            text += " gateways, rely on it"
            yield self._told("rpc-idempotency-changed", text, _OPTIONS, _IDEMPOTENCY)._replace(
                breaks=("wire", "json", "source", "behaviour"),
                reach=Reach("request", (self._name,)),
                doubt="it depends on whether a caller or a gateway reads it",
            )
        if new.deprecated and not old.deprecated:
            text = f"{self._name} is deprecated and works as before"
            yield self._told("deprecated", text, _OPTIONS, _DEPRECATED)
