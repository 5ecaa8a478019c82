"""Whoever asks a run to end waits where it must not be cut in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

#: Ctrl-C, `kill`, a terminal that is closed (on Windows, Ctrl-Break).
_ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Within it no signal raises an exception; yields those that came, which are obeyed by nobody else.

    Only the main thread is asked by signals, and only it can change what they do.
    """
    asked: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    try:
        for number in (getattr(signal, name, None) for name in _ENDING):
            if number is not None and callable(handler := signal.getsignal(number)):
                before[number] = handler
                signal.signal(number, lambda number, frame: asked.append(number))
        yield asked
    finally:
        for number, handler in reversed(before.items()):  # Ctrl-C last: it may come at once
            signal.signal(number, handler)
