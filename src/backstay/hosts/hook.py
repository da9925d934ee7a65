from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.model.errors import BackstayError, BadRequest, LimitReached
from backstay.model.events import Emit, unheard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.hosts.judging import Judged
    from backstay.model.envelope import ReportedFinding

MAX_MESSAGE = 160 * 1024 * 1024
SECONDS = 50.0  # less than the host waits
_MOST_SHOWN = 5
_LONGEST_FIX = 400


class HookInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks; the edit comes on standard input."""

    host: Annotated[
        Literal["claude", "cursor", "codex"],
        Option(help="whose messages to read and write", positional=True),
    ]


class HookOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a host.

    Attributes:
        decision: "deny", or "none" where Backstay has nothing against the edit.
        reason: for the agent, why the edit is refused.
        message: for the user, why the edit was not judged.
        findings: ids of what the edit would bring.
    """

    host: str
    decision: Literal["deny", "none"]
    reason: str | None = None
    message: str | None = None
    findings: tuple[str, ...] = ()


def hook(given: HookInput, _: Emit = unheard) -> HookOutput:
    """Judge the edit that a host is about to make. Never raises, and never writes to the project.

    What cannot be judged passes, and the user is told.
    """
    try:
        with _deadline(SECONDS):
            return answer(given.host, _message())
    except BackstayError as error:
        return _passed(given.host, str(error))
    except (RecursionError, MemoryError, OSError) as error:
        return _passed(given.host, f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 (no defect of ours may stop somebody's work)
        return _passed(given.host, f"a defect in Backstay ({type(error).__name__}: {error})")


def _message() -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise BadRequest("a host's message is expected on standard input")
    return sys.stdin.buffer.read(MAX_MESSAGE + 1)


def _passed(host: str, why: str) -> HookOutput:
    told = f"Backstay did not check this edit: {why.rstrip('.')}."
    return HookOutput(host=host, decision="none", message=told)


def answer(host: str, message: bytes) -> HookOutput:
    """The answer to a host's message.

    Raises:
        BackstayError: the edit cannot be judged.
    """
    from backstay.hosts.edits import edit_of  # noqa: PLC0415 (in time to say what goes wrong)
    from backstay.hosts.relevance import may_matter  # noqa: PLC0415 (as above)

    if len(message) > MAX_MESSAGE:
        raise LimitReached(f"what the host sent is larger than {MAX_MESSAGE // 1_000_000} MB")
    edit = edit_of(message, os.environ)
    if edit is None or not any(may_matter(file.name) for file in edit.files):
        return HookOutput(host=host, decision="none")
    from backstay.hosts.judging import judged  # noqa: PLC0415 (most edits do not need it)

    found = judged(edit)
    if found is None or not (found.findings or found.fault):
        return HookOutput(host=host, decision="none")
    ids = tuple(each.id for each in found.findings)
    return HookOutput(host=host, decision="deny", reason=_reason(found), findings=ids)


def _reason(found: Judged) -> str:
    if found.fault is not None:
        return (
            f"Backstay: this edit was not made, because no review would run after it. {found.fault}"
        )
    count = len(found.findings)
    many = "a finding" if count == 1 else f"{count} findings"
    head = f"It brings {many} of severity {found.fail_on} or worse, on which CI fails."
    told = [f"Backstay: this edit was not made. {head}"]
    told += [_told(each) for each in found.findings[:_MOST_SHOWN]]
    if count > _MOST_SHOWN:
        told.append(f"... and {count - _MOST_SHOWN} more.")
    told.append(
        "Mend the edit and make it again; `backstay explain PRACTICE` says more. Only the user can"
        " accept a finding; with their word and reason, a comment on its line allows it:"
        " -- backstay: allow PRACTICE -- reason"
    )
    return "\n\n".join(told)


def _told(finding: ReportedFinding) -> str:
    from backstay.reports.characters import visible  # noqa: PLC0415 (only where there is one)

    places = [finding.where, *(site.where for site in finding.also)]
    where = ", ".join(f"{place.file}:{place.line}" for place in places[:3])
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    fix = visible(finding.fix.text)[:_LONGEST_FIX]
    sql = f"\nSQL: {visible(finding.fix.sql)[:_LONGEST_FIX]}" if finding.fix.sql else ""
    head = f"{finding.severity}: {finding.practice} at {visible(where)}{more}"
    return f"{head}\n{visible(finding.message)}\nFix: {fix}{sql}"


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Give up in time to say so, where the platform can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(_signal: int, _frame: object) -> NoReturn:
        raise LimitReached(f"it took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def show(output: HookOutput) -> str:
    """The answer in the host's own form; nothing for nothing, where the host allows that."""
    if output.host == "cursor":
        if output.decision == "deny":
            told = "Backstay: this edit would make CI fail."
            return _json(permission="deny", user_message=told, agent_message=output.reason)
        return _json(permission="allow", user_message=output.message)
    if output.decision == "none":
        return _json(systemMessage=output.message) if output.message else ""
    specific = {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": output.reason,
    }
    return _json(hookSpecificOutput=specific)


def _json(**fields: object) -> str:
    return json.dumps({name: value for name, value in fields.items() if value is not None})


CAPABILITY = Capability(
    name="hook",
    summary="Judge an edit before a coding agent makes it; for its hooks",
    example="backstay hook claude < message.json",
    effect="reads",
    input=HookInput,
    output=HookOutput,
    run=hook,
    show=show,
)
