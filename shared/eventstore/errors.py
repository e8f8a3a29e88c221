"""The two ways in which work can fail that are not a refusal (see `shared.contracts.refused`)."""


class Retryable(Exception):
    """The database, the key store or the broker is away: the same request may be sent again."""


class Unprocessable(Exception):
    """It cannot be decoded, or there is a bug. The message names a reason, never a value."""


def reason_of(error: BaseException) -> str:
    """The error's type and the line that raised it: its message may hold personal values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    module = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} in {module}, line {trace.tb_lineno}"
