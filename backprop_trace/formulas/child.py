"""A process that was started by this program: it ends when the program does, however that ends."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOKS = 0.5  # seconds


def end_with_the_parent() -> None:
    """Leaves Ctrl-C to whoever started this process, and ends it soon after that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
