"""Logs as JSON lines with service and trace id. An error is told by class and place, never by its
message: messages of databases and validators repeat values, and values may be personal.
"""

import asyncio
import faulthandler
import logging
import os
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog
from opentelemetry import trace
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, FilteringBoundLogger, Processor

STDERR = 2

log: FilteringBoundLogger = structlog.get_logger()
"""Takes an event's name in snake_case, and ids, counts and names of ours as keywords."""


def configure(service: str, stream: TextIO = sys.stdout) -> None:
    """Send every log of this process, of libraries and Python too, to `stream` as JSON lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            _without_trace,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("shared").setLevel(logging.INFO)
    logging.getLogger("services").setLevel(logging.INFO)
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread
    warnings.showwarning = _warned


def formatter(service: str) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, _without_values],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            _named(service),
            _traced,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )


def failure(error: BaseException) -> dict[str, str]:
    """What a log may say of an error: its class, and the function and line that raised it."""
    trace_back = error.__traceback__
    while trace_back is not None and trace_back.tb_next is not None:
        trace_back = trace_back.tb_next
    return {"error": type(error).__name__, "at": _place(trace_back)}


def _place(trace_back: TracebackType | None) -> str:
    if trace_back is None:
        return "?"
    frame = trace_back.tb_frame
    return f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}:{trace_back.tb_lineno}"


def _named(service: str) -> Processor:
    def add(_: object, __: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    return add


def _traced(_: object, __: str, event: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
        event["span_id"] = trace.format_span_id(span.span_id)
    return event


def _without_trace(_: object, __: str, event: EventDict) -> EventDict:
    """`log.exception` and `exc_info=...` of our own code."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    return {**event, **(failure(error) if error else {})}


def _without_values(_: object, __: str, event: EventDict) -> EventDict:
    """A library's record: the first line of its template, unfilled, and the error's class."""
    record: logging.LogRecord = event["_record"]
    error = record.exc_info[1] if record.exc_info else None
    event["event"] = str(record.msg).partition("\n")[0]
    event["logger"] = record.name
    event.pop("exc_info", None)
    record.exc_info = record.exc_text = record.stack_info = None
    return {**event, **(failure(error) if error else {})}


def watch_stderr() -> threading.Thread:
    """Native libraries print on this process's descriptor of stderr, as libpq does when a server
    dies while it is being connected to: each line is logged, without its text.

    What a crash of Python itself leaves still goes to where stderr led before. The thread ends
    when nobody can write there any more.
    """
    faulthandler.enable(os.fdopen(os.dup(STDERR), "w"))
    reading, writing = os.pipe()
    os.dup2(writing, STDERR, inheritable=False)
    os.close(writing)
    watching = threading.Thread(target=_log_lines, args=(reading,), name="stderr", daemon=True)
    watching.start()
    return watching


def _log_lines(descriptor: int) -> None:
    with open(descriptor, "rb") as lines:
        for _ in lines:
            log.warning("native_library_prints")


def watch_loop() -> None:
    """What nobody awaits is logged by class too: asyncio's own message holds the error's text."""
    asyncio.get_running_loop().set_exception_handler(_uncaught_in_loop)


def _uncaught_in_loop(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    error = context.get("exception")
    told = failure(error) if isinstance(error, BaseException) else {}
    log.error("uncaught_in_loop", **told)


def _uncaught(
    kind: type[BaseException], error: BaseException, trace_back: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("uncaught", **failure(error))


def _unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    if arguments.exc_value is not None:
        log.error("unraisable", **failure(arguments.exc_value))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        log.critical("uncaught_in_thread", **failure(arguments.exc_value))


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """In the shape that `warnings.showwarning` has."""
    log.warning("python_warns", error=category.__name__, at=f"{Path(filename).stem}:{lineno}")
