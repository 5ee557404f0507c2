"""Making something with a mode of its own, whatever the process's umask is.

A umask is the whole process's, and other threads make files meanwhile. A thread can be given one
of its own; where the kernel refuses that (in some containers), it is everybody's for an instant.
`chmod` afterwards is no way: it takes the inherited setgid bit from a folder, and a sandboxed
service may not set it again.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable

_CLONE_FS = 0x200


def call_with_umask(umask: int, call: Callable[[], None]) -> None:
    """Call something under another umask. Raises the `OSError` that it raises."""
    failed: list[OSError] = []

    def work() -> None:
        alone = _separate_from_other_threads()
        before = os.umask(umask)
        try:
            call()
        except OSError as error:
            failed.append(error)
        finally:
            if not alone:
                os.umask(before)

    thread = threading.Thread(target=work, name="umask")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def _separate_from_other_threads() -> bool:
    """Give this thread a umask and a working directory of its own; False where it gets none."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and unshare(_CLONE_FS) == 0
