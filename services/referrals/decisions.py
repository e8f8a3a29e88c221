"""Who may do what to a referral, and when. Pure: the time comes in, events go out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.referrals.commands import (
    AcceptReferral,
    CancelReferral,
    CompleteReferral,
    ExpireReferral,
    FailReferral,
    OfferReferral,
    ReferralCommand,
    RejectReferral,
    StartReferral,
    StartTransferredReferral,
)
from services.referrals.refusals import (
    AddresseeIsNotRegistered,
    AddresseeIsTheSender,
    NothingIsShared,
    NoTransferUnderWay,
    OfferEndsInThePast,
    OfferExpired,
    OfferStandsTooLong,
    OfferStillStands,
    OnlyTheReceiverAnswers,
    OwnershipHasMoved,
    ReferralHasEnded,
    ReferralHasStarted,
    ReferralIsAlreadyAccepted,
    ReferralIsAlreadyOffered,
    ReferralIsNotAccepted,
    TransferUnderWay,
)
from services.referrals.state import (
    AcceptedService,
    AcceptedTransfer,
    EndedReferral,
    KnownReferral,
    NoReferral,
    OfferedReferral,
    Referral,
    ReferralStatus,
    StartedService,
    StartedTransfer,
)
from shared.contracts.kinds import Category, ReferralKind, Urgency
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
from shared.contracts.refused import NotFound


def decide(
    limits: Mapping[Urgency, timedelta],
    command: ReferralCommand,
    referral: Referral,
    now: datetime,
) -> Sequence[ReferralEvent]:
    """The events that follow from the command; `limits` says how long an offer may stand.

    Raises:
        Refused: the rules say no; nothing happened.
    """
    match command:
        case OfferReferral():
            return offer(limits[command.urgency], command, referral, now)
        case AcceptReferral():
            return accept(command, referral, now)
        case RejectReferral():
            offered = standing_offer(as_receiver(command.by, referral), now)
            return [ReferralRejected(offered.parties, command.reason)]
        case CancelReferral():
            return cancel(command, referral, now)
        case StartReferral():
            accepted = accepted_service(as_receiver(command.by, referral))
            return [ReferralStarted(accepted.parties)]
        case CompleteReferral():
            in_hand = in_the_receivers_hands(as_receiver(command.by, referral))
            return [ReferralCompleted(in_hand.parties, command.outcome)]
        case StartTransferredReferral():
            transfer = transfer_under_way(referral)
            return [
                ReferralStarted(transfer.parties),
                DisclosureGranted(transfer.parties, transfer.categories),
            ]
        case FailReferral():
            return [ReferralFailed(transfer_under_way(referral).parties, command.reason)]
        case ExpireReferral():
            return expire(referral, now)
        case _:
            assert_never(command)


def offer(
    limit: timedelta, command: OfferReferral, referral: Referral, now: datetime
) -> list[ReferralEvent]:
    if not isinstance(referral, NoReferral):
        raise ReferralIsAlreadyOffered
    if not command.categories:
        raise NothingIsShared
    return [
        ReferralOffered(
            parties_of(command),
            command.urgency,
            tuple(category for category in Category if category in command.categories),
            command.offer,
            end_of_offer(command.offer_until, limit, now),
        )
    ]


def parties_of(command: OfferReferral) -> Parties:
    if command.person_id is None:
        raise NotFound
    if command.to_organisation == command.by:
        raise AddresseeIsTheSender
    if not command.addressee_is_registered:
        raise AddresseeIsNotRegistered
    return Parties(
        command.referral_id,
        command.kind,
        command.case_id,
        command.person_id,
        command.by,
        command.to_organisation,
    )


def end_of_offer(wanted: datetime | None, limit: timedelta, now: datetime) -> datetime:
    latest = now + limit
    if wanted is None:
        return latest
    if wanted <= now:
        raise OfferEndsInThePast
    if wanted > latest:
        raise OfferStandsTooLong(latest)
    return wanted.astimezone(UTC)


def accept(command: AcceptReferral, referral: Referral, now: datetime) -> list[ReferralEvent]:
    offered = standing_offer(as_receiver(command.by, referral), now)
    accepted = ReferralAccepted(offered.parties, command.owner)
    if offered.parties.kind is ReferralKind.TRANSFER:
        return [accepted]  # what is disclosed waits for the case's answer
    return [accepted, DisclosureGranted(offered.parties, offered.categories)]


def cancel(command: CancelReferral, referral: Referral, now: datetime) -> list[ReferralEvent]:
    known = as_party(command.by, referral)
    match known:
        case AcceptedService() | StartedService():
            parties = known.parties
        case StartedTransfer():
            raise OwnershipHasMoved
        case OfferedReferral() | AcceptedTransfer() | EndedReferral():
            parties = standing_offer(known, now).parties
        case _:
            assert_never(known)
    return [ReferralCancelled(parties, command.by, command.reason)]


def expire(referral: Referral, now: datetime) -> list[ReferralEvent]:
    if isinstance(referral, NoReferral):
        raise NotFound
    offered = unanswered_offer(referral)
    if now < offered.offer_until:
        raise OfferStillStands(offered.offer_until)
    return [ReferralExpired(offered.parties, offered.offer_until)]


def as_party(by: UUID, referral: Referral) -> KnownReferral:
    """The referral, if `by` is its sender or its receiver."""
    if isinstance(referral, NoReferral):
        raise NotFound
    if by not in (referral.parties.from_organisation, referral.parties.to_organisation):
        raise NotFound
    return referral


def as_receiver(by: UUID, referral: Referral) -> KnownReferral:
    known = as_party(by, referral)
    if by != known.parties.to_organisation:
        raise OnlyTheReceiverAnswers
    return known


def standing_offer(known: KnownReferral, now: datetime) -> OfferedReferral:
    offered = unanswered_offer(known)
    if now >= offered.offer_until:
        raise OfferExpired
    return offered


def unanswered_offer(known: KnownReferral) -> OfferedReferral:
    match known:
        case OfferedReferral():
            return known
        case AcceptedTransfer():
            raise TransferUnderWay
        case AcceptedService() | StartedService() | StartedTransfer():
            raise ReferralIsAlreadyAccepted
        case EndedReferral(status=ReferralStatus.EXPIRED):
            raise OfferExpired
        case EndedReferral():
            raise ReferralHasEnded(known.status)
        case _:
            assert_never(known)


def accepted_service(known: KnownReferral) -> AcceptedService:
    match known:
        case AcceptedService():
            return known
        case StartedService() | StartedTransfer():
            raise ReferralHasStarted
        case OfferedReferral() | AcceptedTransfer() | EndedReferral():
            raise not_in_the_receivers_hands(known)
        case _:
            assert_never(known)


def in_the_receivers_hands(
    known: KnownReferral,
) -> AcceptedService | StartedService | StartedTransfer:
    match known:
        case AcceptedService() | StartedService() | StartedTransfer():
            return known
        case OfferedReferral() | AcceptedTransfer() | EndedReferral():
            raise not_in_the_receivers_hands(known)
        case _:
            assert_never(known)


def not_in_the_receivers_hands(
    known: OfferedReferral | AcceptedTransfer | EndedReferral,
) -> ReferralIsNotAccepted | TransferUnderWay | ReferralHasEnded:
    match known:
        case OfferedReferral():
            return ReferralIsNotAccepted()
        case AcceptedTransfer():
            return TransferUnderWay()
        case EndedReferral():
            return ReferralHasEnded(known.status)
        case _:
            assert_never(known)


def transfer_under_way(referral: Referral) -> AcceptedTransfer:
    match referral:
        case AcceptedTransfer():
            return referral
        case StartedTransfer():
            raise OwnershipHasMoved
        case _:
            raise NoTransferUnderWay
