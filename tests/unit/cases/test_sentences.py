from typing import get_args

import pytest

from services.cases.sentences import sentence
from shared.contracts.cases import CaseEvent
from shared.contracts.kinds import TransferRefusal

ERASED = {"erased": True}

FIELDS: dict[str, dict[str, object]] = {
    "CaseOpened": {},
    "ProfileRecorded": {"profile": {"answers": {"prs_Gender": {}}}},
    "NumberAssigned": {"kind": "organisation", "number": "SH-7", "issuer": "Example Shelter"},
    "ServiceRecorded": {
        "service_type": "SocialCare",
        "provider": "Example Shelter",
        "provided_on": "2024-03-02",
        "outcome": None,
    },
    "CaseReassigned": {},
    "OwnershipTransferred": {},
    "TransferRefused": {"reason": "transfer_awaits_arrival"},
    "ArrivalConfirmed": {"condition": "Tired, unharmed"},
}

SENTENCES = {
    "CaseOpened": "The case was opened.",
    "ProfileRecorded": "The profile was recorded with 1 answer.",
    "NumberAssigned": "The organisation's number SH-7 was given by Example Shelter.",
    "ServiceRecorded": "Social care was provided by Example Shelter on 2 March 2024.",
    "CaseReassigned": "The case was given to another member of the staff.",
    "OwnershipTransferred": "The case was handed over to another organisation.",
    "TransferRefused": "A transfer was refused: the last arrival was not confirmed yet.",
    "ArrivalConfirmed": "The survivor has arrived: Tired, unharmed.",
}


@pytest.mark.parametrize("event", [event.__name__ for event in get_args(CaseEvent)])
def test_every_event_reads_as_a_sentence(event: str) -> None:
    assert sentence(event, FIELDS[event]) == SENTENCES[event]


@pytest.mark.parametrize("reason", list(TransferRefusal))
def test_every_reason_of_a_refused_transfer_has_words(reason: TransferRefusal) -> None:
    told = sentence("TransferRefused", {"reason": reason.value})
    assert told.startswith("A transfer was refused: ")
    assert reason.value not in told


@pytest.mark.parametrize(
    ("event", "erased", "told"),
    [
        ("ProfileRecorded", "profile", "The profile was recorded (erased)."),
        ("NumberAssigned", "number", "The organisation's number (erased) was given by"),
        ("ServiceRecorded", "service_type", "(erased) was provided by Example Shelter on"),
        (
            "ServiceRecorded",
            "provided_on",
            "Social care was provided by Example Shelter on (erased)",
        ),
        ("ServiceRecorded", "outcome", "on 2 March 2024: (erased)."),
        ("ArrivalConfirmed", "condition", "The survivor has arrived: (erased)."),
    ],
)
def test_what_is_erased_is_said_to_be(event: str, erased: str, told: str) -> None:
    assert told in sentence(event, {**FIELDS[event], erased: ERASED})
