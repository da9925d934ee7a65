from __future__ import annotations

import sys


def main() -> int:
    """The ``backstay`` command. Returns its exit code."""
    from backstay.cli.command import run  # noqa: PLC0415 (nothing is loaded before it is needed)

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
