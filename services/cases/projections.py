"""Events to rows: what each organisation may see of cases, and the facts of other services that
this takes. Whichever of the services' events come first, the rows end the same."""

from collections.abc import Sequence
from itertools import groupby
from typing import assert_never

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.cases import holders
from services.cases.tables import cases, grants, numbers, persons, timeline
from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseEvent,
    CaseOpened,
    CaseReassigned,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
    TransferRefused,
)
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope
from shared.contracts.intake import PersonRegistered
from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.referrals import (
    DisclosureGranted,
    Parties,
    ReferralCancelled,
    ReferralCompleted,
    ReferralFailed,
)
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded
from shared.vault.sealing import locate, locate_all

TOGETHER = CaseOpened | ServiceRecorded | TransferRefused
"""Many of these are written at once; one that is missing here is written by itself."""

Entry = tuple[CaseEvent, Envelope]


def project(connection: Connection, events: Sequence[Recorded]) -> None:
    """Our own events."""
    holders.take_turns(connection)
    ours = [(told.event, told.envelope) for told in events if isinstance(told.event, CaseEvent)]
    for together, neighbours in groupby(ours, lambda entry: isinstance(entry[0], TOGETHER)):
        entries = [*neighbours]
        if together:
            _open(connection, entries)
            _enter(connection, entries)
        else:
            for event, envelope in entries:
                _show(connection, event, envelope)
                _enter(connection, [(event, envelope)])


def _open(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = [
        {
            "organisation": event.organisation,
            "case_id": event.case_id,
            "opened": envelope.position,
            "opened_at": envelope.occurred_at,
            "version": envelope.version,
            "person_id": event.person_id,
            "owner": event.owner,
        }
        for event, envelope in entries
        if isinstance(event, CaseOpened)
    ]
    if rows:
        holders.begin(connection, rows)


def _show(connection: Connection, event: CaseEvent, envelope: Envelope) -> None:
    match event:
        case ProfileRecorded(case_id=case_id):
            profile = locate(envelope, "profile", event.profile)
            holders.change(connection, case_id, profile=profile)
        case NumberAssigned():
            _assign(connection, event, envelope)
        case CaseReassigned(case_id=case_id, to_owner=owner):
            holders.change(connection, case_id, owner=owner)
        case OwnershipTransferred():
            _transfer(connection, event)
        case ArrivalConfirmed(case_id=case_id, from_organisation=sender):
            holders.part(connection, case_id, sender)
            holders.change(connection, case_id, arriving_from=None)
        case CaseOpened() | ServiceRecorded() | TransferRefused():
            pass  # written with their neighbours
        case _:
            assert_never(event)


def _assign(connection: Connection, event: NumberAssigned, envelope: Envelope) -> None:
    row = {
        "of_case": event.case_id,
        "position": envelope.position,
        "kind": event.kind,
        "issuer": event.issuer,
        "number": locate(envelope, "number", event.number),
        "valid_from": locate(envelope, "valid_from", event.valid_from),
        "valid_to": locate(envelope, "valid_to", event.valid_to),
    }
    holders.add(connection, numbers, [row])


def _transfer(connection: Connection, event: OwnershipTransferred) -> None:
    holders.hand_over(connection, event.case_id, event.from_organisation, event.to_organisation)
    holders.change(
        connection,
        event.case_id,
        owner_organisation=event.to_organisation,
        owner=event.to_owner,
        arriving_from=event.from_organisation,
    )
    holders.settle_all(connection, [event.case_id])


def _enter(connection: Connection, entries: Sequence[Entry]) -> None:
    """Into the timelines; the last entry of each case tells its version."""
    holders.add(connection, timeline, [_row(event, envelope) for event, envelope in entries])
    versions = {event.case_id: envelope.version for event, envelope in entries}
    holders.note_versions(connection, versions)


def _row(event: CaseEvent, envelope: Envelope) -> dict[str, object]:
    """One entry; what is personal in it stays sealed."""
    written = CATALOGUE.write(event)
    sealed = locate_all(envelope, event)
    return {
        "of_case": event.case_id,
        "position": envelope.position,
        "event_id": envelope.id,
        "type": type(event).__name__,
        "category": category_of(event),
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "fields": {name: value for name, value in written.items() if name not in sealed},
        "sealed": sealed,
    }


def category_of(event: CaseEvent) -> Category:
    """What must be permitted to a viewer whose timeline shows the event."""
    match event:
        case ProfileRecorded():
            return Category.PROFILE
        case NumberAssigned():
            return Category.NUMBERS
        case ServiceRecorded():
            return Category.SERVICES
        case CaseOpened() | CaseReassigned():
            return Category.HISTORY
        case OwnershipTransferred() | TransferRefused() | ArrivalConfirmed():
            return Category.HISTORY
        case _:
            assert_never(event)


def project_persons(connection: Connection, events: Sequence[Recorded]) -> None:
    """Facts of the service `intake`: who a case is about."""
    holders.take_turns(connection)
    for recorded in events:
        if isinstance(recorded.event, PersonRegistered):
            _identify(connection, recorded.event, recorded.envelope)


def _identify(connection: Connection, event: PersonRegistered, envelope: Envelope) -> None:
    identity = {
        "names": locate(envelope, "names", event.names),
        "birth_date": locate(envelope, "birth_date", event.birth_date),
        "gender": locate(envelope, "gender", event.gender),
        "citizenship": locate(envelope, "citizenship", event.citizenship),
        "languages": locate(envelope, "languages", event.languages),
    }
    row = {"organisation": event.organisation, "person_id": event.person_id, **identity}
    connection.execute(insert(persons).values(row))
    of_person = cases.c.person_id == event.person_id
    connection.execute(sa.update(cases).where(of_person).values(identity))


def project_disclosures(connection: Connection, events: Sequence[Recorded]) -> None:
    """Facts of the service `referrals`: who may see a case that it does not own. After a transfer
    the receiver owns the case and needs no grant."""
    holders.take_turns(connection)
    for recorded in events:
        match recorded.event:
            case DisclosureGranted(parties=parties) as granted:
                if parties.kind is ReferralKind.SERVICE:
                    _grant(connection, granted)
                    holders.settle(connection, parties.case_id, parties.to_organisation)
            case (
                ReferralCompleted(parties=parties)
                | ReferralFailed(parties=parties)
                | ReferralCancelled(parties=parties)
            ):
                _revoke(connection, parties)
                holders.settle(connection, parties.case_id, parties.to_organisation)


def _grant(connection: Connection, event: DisclosureGranted) -> None:
    row = {
        "case_id": event.parties.case_id,
        "referral_id": event.parties.referral_id,
        "organisation": event.parties.to_organisation,
        "granted_by": event.parties.from_organisation,
        "categories": list(event.categories),
    }
    connection.execute(insert(grants).values(row))


def _revoke(connection: Connection, parties: Parties) -> None:
    connection.execute(
        sa.delete(grants)
        .where(grants.c.case_id == parties.case_id)
        .where(grants.c.referral_id == parties.referral_id)
    )


WORKLISTS = Projection(
    "cases.worklists",
    ("cases_of_organisation", "numbers_of_case", "timeline_of_case", "partings"),
    (
        CaseOpened,
        ProfileRecorded,
        NumberAssigned,
        ServiceRecorded,
        CaseReassigned,
        OwnershipTransferred,
        TransferRefused,
        ArrivalConfirmed,
    ),
    project,
)
PERSONS = Projection(
    "cases.persons", ("persons_of_organisation",), (PersonRegistered,), project_persons
)
DISCLOSURES = Projection(
    "cases.disclosures",
    ("grants",),
    (DisclosureGranted, ReferralCompleted, ReferralFailed, ReferralCancelled),
    project_disclosures,
)
