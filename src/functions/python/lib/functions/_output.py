"""Standard output and standard error, which go to the log of the call that writes."""

from __future__ import annotations

import contextlib
import io
import sys
from contextvars import ContextVar
from typing import Any

import _sortie

_NOT_REDIRECTED = object()


class Output(io.TextIOBase):
    """Lines for the function's log, or what the call that writes has put in its place."""

    encoding = "utf-8"

    def __init__(self, level: str) -> None:
        self._level = level
        self.target: ContextVar[Any] = ContextVar(level, default=_NOT_REDIRECTED)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        target = self.target.get()
        if target is _NOT_REDIRECTED:
            _sortie._bridge.write(self._level, text)
        elif target is not None:
            target.write(text)
        return len(text)


def install() -> None:
    """Once, before code runs. `contextlib.redirect_stdout` of one call then leaves the others' alone."""
    sys.stdout, sys.stderr = Output("info"), Output("error")
    redirect: Any = contextlib._RedirectStream  # type: ignore[attr-defined]
    enter, leave = redirect.__enter__, redirect.__exit__

    def enter_call(self: Any) -> Any:
        stream = getattr(sys, self._stream)
        if not isinstance(stream, Output):
            return enter(self)
        self._old_targets.append((stream.target, stream.target.set(self._new_target)))
        return self._new_target

    def leave_call(self: Any, *error: Any) -> None:
        last = self._old_targets[-1]
        if not isinstance(last, tuple):
            return leave(self, *error)
        self._old_targets.pop()
        variable, token = last
        variable.reset(token)

    redirect.__enter__, redirect.__exit__ = enter_call, leave_call
