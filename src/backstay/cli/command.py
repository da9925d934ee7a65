"""Run one command: parse, do, print, and say by exit code how it went.

Exit codes: 0 nothing at or above ``--fail-on``; 1 findings there; 2 the job could not be done;
130 interrupted (143 by SIGTERM), as shells have it.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from backstay import __version__
from backstay.cli.commands import SUMMARIES, command_named
from backstay.cli.streams import open_all, say, settle

if TYPE_CHECKING:
    from backstay.capabilities.capability import Capability

OK, FINDINGS, FAILED, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


def run(arguments: list[str]) -> int:
    """Run the command line and return the exit code."""
    open_all()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        print("backstay: interrupted; nothing was left running", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return OK
    except MemoryError:
        print("backstay: out of memory. Name fewer targets", file=sys.stderr)
        return FAILED
    except Exception as error:  # noqa: BLE001 (Python's own exit code, 1, would say "findings")
        return _failed(error)
    finally:
        settle()


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "--help"
    if name in {"-h", "--help", "help"}:
        say(help_text() + "\n")
    elif name in {"-V", "--version"}:
        say(f"backstay {__version__}\n")
    elif name in SUMMARIES:
        return _run(command_named(name), arguments[1:])
    else:
        return _unknown(name)
    return OK


def help_text() -> str:
    """What ``backstay --help`` prints."""
    width = max(map(len, SUMMARIES))
    commands = "\n".join(f"  {name:<{width}}  {line}" for name, line in SUMMARIES.items())
    return (
        "usage: backstay COMMAND [OPTIONS]\n\n"
        "Reviews a backend (schemas, migrations, API contracts, containers) and proves its\n"
        "advice by experiment.\n\n"
        f"commands:\n{commands}\n\n"
        "options:\n  -h, --help     this text; `backstay COMMAND --help` says more\n"
        "  -V, --version  the version\n\n"
        "exit codes: 0 nothing at or above --fail-on, 1 findings, 2 could not do the job\n\n"
        "example: backstay review . --prove"
    )


def _unknown(name: str) -> int:
    import difflib
    import shlex

    from backstay.model.errors import BadRequest

    close = difflib.get_close_matches(name, SUMMARIES, n=1)
    if os.path.exists(name):
        hint = f" To review it: backstay review {shlex.quote(name)}"
    else:
        hint = f" Did you mean {close[0]!r}?" if close else " See: backstay --help"
    return _failed(BadRequest(f"there is no command {name!r}.{hint}"))


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(TERMINATED)  # unwinds, so that everything we started is ended on the way


def _run(capability: Capability, arguments: list[str]) -> int:
    from backstay.cli.arguments import input_of, parser_of
    from backstay.cli.printing import formats_of, printed, write
    from backstay.cli.progress import ProgressLine, can_rewrite_its_line

    parsed = parser_of(capability, formats_of(capability)).parse_args(arguments)
    progress = ProgressLine(enabled=not parsed.quiet and can_rewrite_its_line())
    try:
        outcome = capability.run(input_of(capability, parsed), progress)
        progress.clear()
        if capability.output is None:
            return OK
        write(printed(capability, outcome, parsed), parsed.output)
    finally:
        progress.clear()
    return _exit_code(outcome)


def _failed(error: Exception) -> int:
    from backstay.model.errors import BackstayError
    from backstay.reports.characters import visible_lines

    if isinstance(error, BackstayError):
        told = [f"backstay: {error}"]
    else:
        import traceback

        told = traceback.format_exception(error)
        told.append("backstay: this is a defect in Backstay; please report it")
    print("\n".join(visible_lines("".join(told))), file=sys.stderr)
    return FAILED


def _exit_code(outcome: Any) -> int:
    from backstay.model.envelope import Envelope
    from backstay.model.findings import SEVERITIES

    if not isinstance(outcome, Envelope):
        return FINDINGS if getattr(outcome, "failed", False) else OK
    counted = SEVERITIES[: SEVERITIES.index(outcome.fail_on) + 1]
    return FINDINGS if any(each.severity in counted for each in outcome.findings) else OK
