"""Each referral as its two organisations read it, the offers that wait, and whose case is whose."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.referrals.state import ReferralStatus
from shared.contracts.cases import CaseOpened, OwnershipTransferred
from shared.contracts.envelope import Envelope
from shared.contracts.referrals import (
    DisclosureGranted,
    Parties,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralEvent,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded
from shared.vault.sealing import locate


class Box(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


MOMENT = sa.DateTime(timezone=True)

referrals = sa.table(
    "referrals_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("referral_id", sa.Uuid),
    sa.column("box", sa.Text),
    sa.column("state", sa.Text),
    sa.column("version", sa.Integer),
    sa.column("kind", sa.Text),
    sa.column("urgency", sa.Text),
    sa.column("from_organisation", sa.Uuid),
    sa.column("to_organisation", sa.Uuid),
    sa.column("categories", ARRAY(sa.Text)),
    sa.column("case_id", sa.Uuid),
    sa.column("owner", sa.Uuid),
    sa.column("offer", sa.Text),
    sa.column("reason", sa.Text),
    sa.column("refusal", sa.Text),
    sa.column("outcome", sa.Text),
    sa.column("offered_at", MOMENT),
    sa.column("offer_until", MOMENT),
    sa.column("accepted_at", MOMENT),
    sa.column("started_at", MOMENT),
    sa.column("ended_at", MOMENT),
)
offers_waiting = sa.table(
    "offers_waiting", sa.column("referral_id", sa.Uuid), sa.column("offer_until", MOMENT)
)
case_owners = sa.table(
    "case_owners",
    sa.column("case_id", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("person_id", sa.Uuid),
)


def project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, ReferralEvent):
            _show(connection, recorded.event, recorded.envelope)


def _show(connection: Connection, event: ReferralEvent, envelope: Envelope) -> None:
    at = envelope.occurred_at
    match event:
        case ReferralOffered():
            _appear(connection, event, envelope)
            return
        case ReferralAccepted():
            changes = _moved(ReferralStatus.ACCEPTED, accepted_at=at)
            _reveal(connection, event.parties, owner=event.owner)
        case ReferralStarted():
            changes = _moved(ReferralStatus.IN_PROGRESS, started_at=at)
        case DisclosureGranted():
            changes = {}
            _reveal(connection, event.parties, case_id=event.parties.case_id)
        case ReferralRejected():
            reason = locate(envelope, "reason", event.reason)
            changes = _moved(ReferralStatus.REJECTED, ended_at=at, reason=reason)
        case ReferralCancelled():
            reason = locate(envelope, "reason", event.reason)
            changes = _moved(ReferralStatus.CANCELLED, ended_at=at, reason=reason)
        case ReferralExpired():
            changes = _moved(ReferralStatus.EXPIRED, ended_at=at)
        case ReferralFailed():
            changes = _moved(ReferralStatus.FAILED, ended_at=at, refusal=event.reason)
        case ReferralCompleted():
            outcome = locate(envelope, "outcome", event.outcome)
            changes = _moved(ReferralStatus.COMPLETED, ended_at=at, outcome=outcome)
        case _:
            assert_never(event)
    _change(connection, event.parties, version=envelope.version, **changes)


def _appear(connection: Connection, event: ReferralOffered, envelope: Envelope) -> None:
    """The sender's row has the case, which is its own; the receiver's has what was offered."""
    parties = event.parties
    both: dict[str, object] = {
        "referral_id": parties.referral_id,
        "state": ReferralStatus.REQUESTED,
        "version": envelope.version,
        "kind": parties.kind,
        "urgency": event.urgency,
        "from_organisation": parties.from_organisation,
        "to_organisation": parties.to_organisation,
        "categories": list(event.categories),
        "offered_at": envelope.occurred_at,
        "offer_until": event.offer_until,
    }
    sender = {
        "organisation": parties.from_organisation,
        "box": Box.OUTGOING,
        "case_id": parties.case_id,
        "offer": None,
    }
    receiver = {
        "organisation": parties.to_organisation,
        "box": Box.INCOMING,
        "case_id": None,
        "offer": locate(envelope, "offer", event.offer),
    }
    connection.execute(insert(referrals), [both | sender, both | receiver])


def _moved(state: ReferralStatus, **changes: object) -> dict[str, object]:
    return {"state": state, **changes}


def _change(connection: Connection, parties: Parties, **changes: object) -> None:
    """In both organisations' rows."""
    both = (parties.from_organisation, parties.to_organisation)
    connection.execute(
        sa.update(referrals)
        .where(referrals.c.organisation.in_(both))
        .where(referrals.c.referral_id == parties.referral_id)
        .values(changes)
    )


def _reveal(connection: Connection, parties: Parties, **changes: object) -> None:
    """In the receiver's row alone."""
    connection.execute(
        sa.update(referrals)
        .where(referrals.c.organisation == parties.to_organisation)
        .where(referrals.c.referral_id == parties.referral_id)
        .values(changes)
    )


def project_waiting(connection: Connection, events: Sequence[Recorded]) -> None:
    """An offer waits from when it is made until anything else happens to it."""
    for recorded in events:
        match recorded.event:
            case ReferralOffered(parties=parties, offer_until=offer_until):
                row = {"referral_id": parties.referral_id, "offer_until": offer_until}
                connection.execute(insert(offers_waiting), row)
            case (
                ReferralAccepted(parties=parties)
                | ReferralRejected(parties=parties)
                | ReferralCancelled(parties=parties)
                | ReferralExpired(parties=parties)
            ):
                answered = offers_waiting.c.referral_id == parties.referral_id
                connection.execute(sa.delete(offers_waiting).where(answered))


def project_case_owners(connection: Connection, events: Sequence[Recorded]) -> None:
    """Facts of the service `cases`."""
    for recorded in events:
        match recorded.event:
            case CaseOpened(case_id=case_id, organisation=owner, person_id=person_id):
                _owns(connection, case_id, owner, person_id)
            case OwnershipTransferred(case_id=case_id, to_organisation=owner, person_id=person_id):
                _owns(connection, case_id, owner, person_id)


def _owns(connection: Connection, case_id: UUID, organisation: UUID, person_id: UUID) -> None:
    row = {"case_id": case_id, "organisation": organisation, "person_id": person_id}
    connection.execute(
        insert(case_owners)
        .values(row)
        .on_conflict_do_update(index_elements=["case_id"], set_={"organisation": organisation})
    )


REFERRALS = Projection(
    "referrals.boxes",
    ("referrals_of_organisation",),
    (
        ReferralOffered,
        ReferralAccepted,
        ReferralRejected,
        ReferralCancelled,
        ReferralExpired,
        ReferralStarted,
        ReferralFailed,
        ReferralCompleted,
        DisclosureGranted,
    ),
    project,
)
CASE_OWNERS = Projection(
    "referrals.cases", ("case_owners",), (CaseOpened, OwnershipTransferred), project_case_owners
)
WAITING = Projection(
    "referrals.waiting",
    ("offers_waiting",),
    (ReferralOffered, ReferralAccepted, ReferralRejected, ReferralCancelled, ReferralExpired),
    project_waiting,
)


def referral(connection: Connection, referral_id: UUID) -> RowMapping | None:
    """The organisation's own row; None when it is no party."""
    query = sa.select(referrals).where(referrals.c.referral_id == referral_id)
    return connection.execute(query).mappings().one_or_none()


def referrals_before(
    connection: Connection,
    box: Box | None,
    state: ReferralStatus | None,
    last: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The organisation's rows, newest first, from behind `last`; of one box or state if named."""
    query = sa.select(referrals)
    if box is not None:
        query = query.where(referrals.c.box == box)
    if state is not None:
        query = query.where(referrals.c.state == state)
    if last is not None:
        query = query.where(referrals.c.referral_id < last)
    newest_first = query.order_by(referrals.c.referral_id.desc()).limit(limit)
    return connection.execute(newest_first).mappings().all()


def person_of_own_case(connection: Connection, case_id: UUID) -> UUID | None:
    """None unless the organisation owns the case."""
    query = sa.select(case_owners.c.person_id).where(case_owners.c.case_id == case_id)
    return connection.execute(query).scalar_one_or_none()


def offers_due(connection: Connection, now: datetime, limit: int) -> Sequence[UUID]:
    """Referrals whose offer's time has passed, the longest due first."""
    query = (
        sa.select(offers_waiting.c.referral_id)
        .where(offers_waiting.c.offer_until <= now)
        .order_by(offers_waiting.c.offer_until)
        .limit(limit)
    )
    return connection.execute(query).scalars().all()


def count_due(connection: Connection, now: datetime) -> int:
    query = sa.select(sa.func.count()).where(offers_waiting.c.offer_until <= now)
    return connection.execute(query).scalar_one()
