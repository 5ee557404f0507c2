"""The daemon: waits for a wake-up, the schedule or a signal, and starts a run. Decides no more.

WORKERS  the threads that serve one reading of the configuration: one SCANNER, which alone looks
         into the folders; a WORKER for each library, which alone speaks to it and waits for it;
         a TIMER, which only wakes them
QUEUE    what waits for a worker, bounded

Every wait ends at once when the daemon is told to stop.
"""

from syncd.daemon.service import Daemon, Means
from syncd.daemon.work import Assemble, Assembly, LibraryWork

__all__ = [
    "Assemble",
    "Assembly",
    "Daemon",
    "LibraryWork",
    "Means",
]
