"""The machine of `test_sync_machine` for hours: `python -m tests.property.long_run [EXAMPLES]`.

Two thousand examples are what a night is for. What it finds, Hypothesis keeps in its database and
tries first in every later run, the short one of the tests included.
"""

from __future__ import annotations

import sys

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.test_sync_machine import SETTINGS, SyncMachine

_EXAMPLES = 2_000
_STEPS = 25


def main() -> None:
    """Run the machine and say that it found nothing; what it finds ends in a traceback."""
    examples = int(sys.argv[1]) if sys.argv[1:] else _EXAMPLES
    longer = settings(SETTINGS, max_examples=examples, stateful_step_count=_STEPS)
    run_state_machine_as_test(SyncMachine, settings=longer)
    print(f"{examples} examples: nothing lost, nothing twice, nothing of anybody's undone")


if __name__ == "__main__":
    main()
