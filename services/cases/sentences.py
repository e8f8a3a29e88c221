"""A timeline entry as one sentence in plain English. Pure; it sees opened values only."""

import re
from collections.abc import Mapping
from datetime import date

from shared.contracts.kinds import NumberKind, TransferRefusal

ERASED = "(erased)"

REFUSALS: Mapping[str, str] = {
    TransferRefusal.NOT_THE_OWNER: "the sender did not own the case",
    TransferRefusal.TRANSFER_AWAITS_ARRIVAL: "the last arrival was not confirmed yet",
    TransferRefusal.NO_SUCH_CASE: "there was no such case",
}


def sentence(event_type: str, fields: Mapping[str, object]) -> str:
    """`fields`: the event's values by name, as JSON; an erased one is {"erased": true}."""
    match event_type:
        case "CaseOpened":
            return "The case was opened."
        case "ProfileRecorded":
            return f"The profile was recorded{_answers(fields['profile'])}."
        case "NumberAssigned":
            return _number(fields)
        case "ServiceRecorded":
            return _service(fields)
        case "CaseReassigned":
            return "The case was given to another member of the staff."
        case "OwnershipTransferred":
            return "The case was handed over to another organisation."
        case "TransferRefused":
            return f"A transfer was refused: {REFUSALS[_words(fields['reason'])]}."
        case "ArrivalConfirmed":
            return f"The survivor has arrived: {_closed(_words(fields['condition']))}"
        case _:
            return f"{event_type}."


def _number(fields: Mapping[str, object]) -> str:
    whose = "government's" if fields["kind"] == NumberKind.GOVERNMENT else "organisation's"
    return f"The {whose} number {_words(fields['number'])} was given by {fields['issuer']}."


def _service(fields: Mapping[str, object]) -> str:
    outcome = fields.get("outcome")
    told = f": {_words(outcome)}" if outcome else ""
    what, day = _spaced(_words(fields["service_type"])), _day(fields["provided_on"])
    return _closed(f"{what} was provided by {fields['provider']} on {day}{told}")


def _answers(profile: object) -> str:
    answers = profile.get("answers") if isinstance(profile, Mapping) else None
    if not isinstance(answers, Mapping):
        return f" {ERASED}"
    return f" with {len(answers)} answer{'s' if len(answers) != 1 else ''}"


def _day(value: object) -> str:
    if not isinstance(value, str):
        return ERASED
    day = date.fromisoformat(value)
    return f"{day.day} {day:%B} {day.year}"


def _spaced(code: str) -> str:
    """`SocialCare` is "Social care"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).capitalize()


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?", "。", "។", "।", "။", "።", "؟")) else f"{text}."


def _words(value: object) -> str:
    return value if isinstance(value, str) else ERASED
