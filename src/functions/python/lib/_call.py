"""Calls the function: from JSON to its arguments, and from what it returns, or raises, to JSON."""

from __future__ import annotations

import importlib.util
import json
import logging
import random
import sys
import traceback
from typing import Any, Callable, Optional, get_type_hints

import _sortie
from functions import _output
from functions._errors import UserFacingError
from functions._values import from_wire, to_wire
from functions._wrong_value import ResultTooLong, WrongValue

_FOLDER = "/function/"
_OURS = "/sortie/"
_LONGEST_MESSAGE = 32 * 1024


class _LogHandler(logging.Handler):
    """What the function logs, by its level."""

    def emit(self, record: logging.LogRecord) -> None:
        levels = ("debug", "info", "warn", "error", "error")
        _sortie.log(levels[min(max(record.levelno // 10 - 1, 0), 4)], self.format(record))


def start(bridge: Any) -> None:
    """Makes an interpreter ready that was started from the snapshot, which is the same for everybody."""
    _sortie._bridge = bridge
    random.seed()
    _output.install()
    logging.lastResort = None
    logging.root.addHandler(_LogHandler())
    sys.path.insert(0, _FOLDER.rstrip("/"))


class _Served:
    """A function that has been loaded."""

    def __init__(self, function: Callable[..., Any], parameters: list[dict[str, Any]], output: Any) -> None:
        self._function = function
        self._parameters = parameters
        self._output = output
        self._hints = _hints_of(function)

    def value(self, given: list[Any], limit: int) -> Any:
        result = self._function(**self._arguments(given))
        if self._output is None:
            return None
        return to_wire(result, self._output["type"], self._output["optional"], limit)

    def _arguments(self, given: list[Any]) -> dict[str, Any]:
        """Raises ValueError for what Python cannot hold, such as the year 0: it is no fault of a result."""
        try:
            return {
                of["name"]: from_wire(value, of["type"], self._hints.get(of["name"], Any))
                for of, value in zip(self._parameters, given)
                if value is not None or not of["optional"] or not self._has_default(of["name"])
            }
        except WrongValue as error:
            raise ValueError(str(error)) from None

    def _has_default(self, name: str) -> bool:
        function = self._function
        code = getattr(function, "__code__", None)
        if code is None:
            return False
        names = code.co_varnames[: code.co_argcount]
        with_default = names[len(names) - len(function.__defaults__ or ()) :]
        return name in with_default or name in (function.__kwdefaults__ or {})


_served: Optional[_Served] = None


def load(entry: str, name: str, parameters: str, output: str) -> Optional[str]:
    """
    Reads the function's module. Gives JSON of why it cannot be read.

    :param entry: path of its file, below the function's folder
    :param name: what the function is called there
    """
    global _served
    try:
        _served = _Served(getattr(_module(entry), name), json.loads(parameters), json.loads(output))
    except BaseException as error:  # noqa: BLE001 - also what ends programs: here it ends the call
        return _failure(error)
    return None


def call(given: str, limit: int) -> str:
    """
    Calls the function with JSON of its parameters, and gives JSON with `value` or `error`.

    :param limit: of the result's JSON in UTF-8, in bytes
    """
    try:
        if _served is None:
            raise RuntimeError("The function has not been loaded.")
        return _written(_served.value(json.loads(given), limit), limit)
    except BaseException as error:  # noqa: BLE001 - as above
        return _failure(error)


def _module(entry: str) -> Any:
    stem = entry.rpartition("/")[2].removesuffix(".py")
    name = f"function_{stem}" if stem in sys.modules else stem
    spec = importlib.util.spec_from_file_location(name, _FOLDER + entry)
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry} is no module of Python")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _hints_of(function: Any) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except Exception:  # noqa: BLE001 - what annotations cannot be resolved to is of no use here
        return {}


def _written(value: Any, limit: int) -> str:
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if len(text) > limit and len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > limit:
        raise ResultTooLong(limit)
    return f'{{"value":{text}}}'


def _failure(error: BaseException) -> str:
    """An error as JSON, with the traceback of the function's own files. It never raises."""
    try:
        kind = "runtime"
        if isinstance(error, UserFacingError):
            kind = "user-facing"
        elif isinstance(error, (WrongValue, ResultTooLong)) and _is_ours(error):
            kind = "output"
        name, message, stack = type(error).__name__, str(error), _stack_of(error)
    except BaseException:  # noqa: BLE001 - errors of the function's own classes can do anything
        kind, name, stack = "runtime", "Error", None
        message = "The function threw an error that cannot be read."
    parts = {"kind": kind, "name": name, "message": message[:_LONGEST_MESSAGE], "stack": stack}
    return json.dumps({"error": parts})


def _is_ours(error: BaseException) -> bool:
    """Whether it comes from what is around the function: its frames are none of the function's."""
    return not any(frame.filename.startswith(_FOLDER) for frame in traceback.extract_tb(error.__traceback__))


def _stack_of(error: BaseException) -> Optional[str]:
    report = traceback.TracebackException.from_exception(error, limit=-50, compact=True)
    _leave_out_ours(report)
    return "".join(report.format(chain=True)).replace(_FOLDER, "").rstrip()[:_LONGEST_MESSAGE]


def _leave_out_ours(report: Optional[traceback.TracebackException]) -> None:
    if report is None:
        return
    frames = [frame for frame in report.stack if not frame.filename.startswith((_OURS, "<frozen"))]
    report.stack = traceback.StackSummary.from_list(frames)
    _leave_out_ours(report.__cause__)
    _leave_out_ours(report.__context__)
