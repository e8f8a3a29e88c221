"""How `vcms` ends: codes that scripts can tell apart."""

from enum import IntEnum, unique

from deploy.local import refusals


@unique
class ExitCode(IntEnum):
    DONE = 0
    FAILED = 1
    """Something was checked and found wrong, or an error that has no code of its own."""
    USAGE = 2
    """The command was not understood."""
    NOT_RUNNING = 3
    """The stack, or a part of it, does not run."""
    PORT_TAKEN = 4
    DID_NOT_START = 5
    """A part ended or was silent while it started; its log is named."""
    NOT_WRITABLE = 6
    """A folder or a file."""
    TOO_LITTLE_DISK = 7
    WRONG_PYTHON = 8
    BUSY = 9
    """Another `vcms` starts or stops the same stack."""
    CANNOT_FETCH = 10
    """Kafka could not be fetched, or is not the Kafka that was locked."""
    SETTINGS = 11
    """A setting is missing or malformed."""
    NO_ANSWER = 12
    """A service or a database is away, or does not answer this question to whoever asks."""
    NO_ACCOUNT = 13
    """PostgreSQL does not run as root, and an account for it could not be made."""
    INTERRUPTED = 130
    """By Ctrl-C, SIGTERM or a closed terminal."""


def of(refusal: type[refusals.CannotStart]) -> ExitCode:
    return CODES.get(refusal, ExitCode.FAILED)


CODES: dict[type[refusals.CannotStart], ExitCode] = {
    refusals.PortTaken: ExitCode.PORT_TAKEN,
    refusals.DidNotStart: ExitCode.DID_NOT_START,
    refusals.NotWritable: ExitCode.NOT_WRITABLE,
    refusals.TooLittleDisk: ExitCode.TOO_LITTLE_DISK,
    refusals.WrongPython: ExitCode.WRONG_PYTHON,
    refusals.AnotherIsAtWork: ExitCode.BUSY,
    refusals.CannotFetch: ExitCode.CANNOT_FETCH,
    refusals.NoUserForPostgres: ExitCode.NO_ACCOUNT,
    refusals.MalformedSetting: ExitCode.SETTINGS,
}
