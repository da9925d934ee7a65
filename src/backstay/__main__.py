from __future__ import annotations

import gc
import sys


def main() -> int:
    """The ``backstay`` command. Returns its exit code."""
    from backstay.cli.command import run  # noqa: PLC0415 (nothing is loaded before it is needed)

    # The process ends with its command. Searching hundreds of thousands of facts for cyclic
    # garbage took up to a quarter of a review and found nothing (bench/run.py).
    gc.disable()
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
