"""Runs a command that ends when its parent does: `die_with_parent.py PARENT_PID COMMAND…`.

A child's "parent death signal" is forgotten at fork, so it has to be set between fork and exec.
Doing it here, in a small program of its own, keeps Python code out of the forked copy of a process
that has threads. Stands alone: started by path with `python -I -S`, it imports nothing of ours.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def main(arguments: list[str]) -> None:
    """Ask for SIGTERM at the parent's death, then become the command."""
    parent, command = int(arguments[0]), arguments[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        sys.exit(f"prctl failed: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the parent died before its child began")
    # Python ignores these two, and what is ignored stays ignored across exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 (becoming the command is the purpose)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
