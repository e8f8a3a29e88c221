"""A case's story in sentences, and how the case stood at each moment: structure alone."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from cli.auditing.moment import ACTIVE, ARRIVING, NOT_OPENED, CaseThen, ReferralThen, as_of
from cli.auditing.story import deed, sentence
from cli.auditing.told import Names, Told, tell
from shared.contracts import attachments, audit, cases, intake, referrals
from shared.contracts.kinds import (
    Category,
    Channel,
    NumberKind,
    ReferralKind,
    TransferRefusal,
    Urgency,
)
from shared.contracts.marks import Sealed
from shared.messaging.records import Record
from tests.audit.events import Service

SECRET = "c2VhbGVkLXZhbHVlLXRoYXQtbm9ib2R5LWhlcmUtb3BlbnM"
SEALED = Sealed(SECRET)


def uuid(end: str) -> UUID:
    return UUID(f"01970000-0000-7000-8000-0000{end:0>8}")


CASE, PERSON, REPORT, REFERRAL, EVIDENCE = map(uuid, ("ca5e", "be", "4e", "4ef", "ef1d"))
HARBOUR, LIGHTHOUSE, ANA, BO = map(uuid, ("a1", "a2", "b1", "b2"))
NAMES = Names({HARBOUR: "Harbour", LIGHTHOUSE: "Lighthouse", ANA: "Ana", BO: "Bo"})
LATER = datetime(2030, 1, 15, 12, tzinfo=UTC)
BY_ANA = f"staff:{HARBOUR}:{ANA}"
BY_BO = f"staff:{LIGHTHOUSE}:{BO}"
PARTIES = referrals.Parties(REFERRAL, ReferralKind.TRANSFER, CASE, PERSON, HARBOUR, LIGHTHOUSE)
PROVIDED = cases.ServiceRecorded(CASE, uuid("5e"), HARBOUR, "Harbour", SEALED, SEALED)
OPENED = cases.CaseOpened(CASE, PERSON, HARBOUR, ANA)
MOVED = cases.OwnershipTransferred(CASE, PERSON, REFERRAL, HARBOUR, ANA, LIGHTHOUSE, BO)
OFFERED = referrals.ReferralOffered(
    PARTIES, Urgency.URGENT, (Category.PROFILE, Category.EVIDENCE), SEALED, LATER
)

SENTENCES = {
    intake.ReportReceived(REPORT, HARBOUR, Channel.WALK_IN, LATER, SEALED, SEALED): (
        "took in report …0000004e (walk in)"
    ),
    intake.PersonRegistered(PERSON, HARBOUR, SEALED, SEALED, SEALED, SEALED, SEALED): (
        "registered person …000000be"
    ),
    intake.ReportAccepted(REPORT, HARBOUR, PERSON, CASE, ANA): (
        "accepted report …0000004e as a case of person …000000be"
    ),
    OPENED: "opened the case at Harbour, owner Ana",
    cases.ProfileRecorded(CASE, SEALED): "recorded the profile",
    cases.NumberAssigned(CASE, NumberKind.GOVERNMENT, "Ministry", SEALED): (
        "assigned a number of kind government, issued by Ministry"
    ),
    PROVIDED: "recorded a service by Harbour for Harbour",
    cases.CaseReassigned(CASE, HARBOUR, ANA, BO): "reassigned the case from Ana to Bo",
    MOVED: "transferred the case from Harbour to Lighthouse, owner Bo",
    cases.TransferRefused(
        CASE, REFERRAL, HARBOUR, LIGHTHOUSE, TransferRefusal.NOT_THE_OWNER
    ): "refused the transfer to Lighthouse: not the owner",
    cases.ArrivalConfirmed(CASE, REFERRAL, HARBOUR, LIGHTHOUSE, LATER, SEALED): (
        "confirmed the arrival at Lighthouse, 2030-01-15T12:00"
    ),
    OFFERED: "offered transfer referral …000004ef (urgent) to Lighthouse until 2030-01-15T12:00",
    referrals.ReferralAccepted(PARTIES, BO): "accepted referral …000004ef, owner Bo",
    referrals.ReferralRejected(PARTIES, SEALED): "rejected referral …000004ef",
    referrals.ReferralCancelled(PARTIES, HARBOUR, SEALED): (
        "cancelled referral …000004ef for Harbour"
    ),
    referrals.ReferralExpired(PARTIES, LATER): "let referral …000004ef expire unanswered",
    referrals.ReferralStarted(PARTIES): "started referral …000004ef",
    referrals.ReferralFailed(PARTIES, TransferRefusal.NO_SUCH_CASE): (
        "recorded that referral …000004ef failed: no such case"
    ),
    referrals.ReferralCompleted(PARTIES, SEALED): "completed referral …000004ef",
    referrals.DisclosureGranted(PARTIES, (Category.PROFILE, Category.EVIDENCE)): (
        "disclosed profile, evidence to Lighthouse"
    ),
    attachments.UploadStarted(
        EVIDENCE, CASE, HARBOUR, SEALED, SEALED, 67_108_864, 8_388_608, "upload"
    ): "began to upload evidence …0000ef1d, 67,108,864 bytes",
    attachments.UploadCompleted(EVIDENCE, CASE): "completed the upload of evidence …0000ef1d",
    attachments.EvidenceSealed(EVIDENCE, CASE, "ab" * 32, 67_108_864): (
        "sealed evidence …0000ef1d, SHA-256 abababababababab…"
    ),
    attachments.EvidenceRejected(
        EVIDENCE, CASE, attachments.RejectionReason.SIZE_DIFFERS
    ): "rejected evidence …0000ef1d: size differs",
    attachments.EvidenceDownloaded(EVIDENCE, CASE, LIGHTHOUSE, BO, LATER): (
        "gave Lighthouse a link to evidence …0000ef1d"
    ),
    attachments.AccessGranted(
        CASE, HARBOUR, CASE, HARBOUR
    ): "granted Harbour access to the evidence",
    attachments.AccessRevoked(CASE, HARBOUR, CASE): (
        "revoked the access of Harbour to the evidence"
    ),
    audit.ReplayOpened(uuid("4e9"), CASE, ANA, audit.ReplayPurpose.COURT_ORDER, LATER): (
        "opened a replay for court order until 2030-01-15T12:00"
    ),
}


def told(event: object, actor: str = BY_ANA) -> Told:
    record = Service("cases").publish(f"case-{CASE}", event, actor)
    return tell([record.body])[0]


@pytest.mark.parametrize("event", SENTENCES, ids=lambda event: type(event).__name__)
def test_an_event_is_one_sentence_without_a_personal_value(event: object) -> None:
    words = deed(told(event), NAMES)
    assert words == f"Staff Ana of Harbour {SENTENCES[event]}."
    assert SECRET not in words


def test_every_event_of_a_case_has_a_sentence_of_its_own() -> None:
    unions = (
        intake.IntakeEvent,
        cases.CaseEvent,
        referrals.ReferralEvent,
        attachments.EvidenceEvent,
        attachments.AccessEvent,
    )
    every = {event for union in unions for event in get_args(union)} | {audit.AuditEvent}
    assert {type(event) for event in SENTENCES} == every


def test_a_sentence_begins_with_the_time_of_recording() -> None:
    assert sentence(told(OPENED), NAMES).startswith("2030-01-01 12:00:01  Staff Ana of Harbour")


def test_a_service_is_called_by_its_name_and_a_stranger_by_the_end_of_the_id() -> None:
    assert deed(told(MOVED, "system:cases"), Names()).startswith(
        "The service cases transferred the case from …000000a1 to …000000a2"
    )


def test_an_event_of_a_later_version_is_told_by_its_type() -> None:
    record = Service("cases").record("case-1", "vcms.cases.case_sung.v7", {}, BY_ANA)
    words = deed(tell([record.body])[0], NAMES)
    assert words == "Staff Ana of Harbour recorded vcms.cases.case_sung.v7 in case-1."


def history() -> list[Record]:
    """One case: opened, a service, offered, accepted, moved, started, arrived. A minute apart."""
    of_cases, of_referrals, of_attachments = (
        Service("cases"),
        Service("referrals"),
        Service("attachments"),
    )
    story = [
        (of_cases, f"case-{CASE}", OPENED, BY_ANA),
        (
            of_attachments,
            f"access-{CASE}",
            attachments.AccessGranted(CASE, HARBOUR, CASE, HARBOUR),
            "",
        ),
        (of_cases, f"case-{CASE}", PROVIDED, BY_ANA),
        (of_referrals, f"referral-{REFERRAL}", OFFERED, BY_ANA),
        (of_referrals, f"referral-{REFERRAL}", referrals.ReferralAccepted(PARTIES, BO), BY_BO),
        (of_cases, f"case-{CASE}", MOVED, "system:cases"),
        (
            of_attachments,
            f"access-{CASE}",
            attachments.AccessGranted(CASE, LIGHTHOUSE, REFERRAL, LIGHTHOUSE),
            "",
        ),
        (of_referrals, f"referral-{REFERRAL}", referrals.ReferralStarted(PARTIES), ""),
        (
            of_cases,
            f"case-{CASE}",
            cases.ArrivalConfirmed(CASE, REFERRAL, HARBOUR, LIGHTHOUSE, LATER, SEALED),
            BY_BO,
        ),
        (of_attachments, f"access-{CASE}", attachments.AccessRevoked(CASE, HARBOUR, CASE), ""),
    ]
    records = []
    for minute, (service, stream, event, actor) in enumerate(story):
        service.clock = NOON + timedelta(minutes=minute)
        records.append(service.publish(stream, event, actor))
    return records


NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
STORY = tell(record.body for record in reversed(history()))


def at(minute: int) -> CaseThen:
    return as_of(CASE, NOON + timedelta(minutes=minute, seconds=30), STORY)


def test_a_story_is_told_in_the_order_of_recording() -> None:
    assert [told.envelope.recorded_at for told in STORY] == sorted(
        told.envelope.recorded_at for told in STORY
    )


def test_before_the_first_event_there_was_no_case() -> None:
    then = at(-2)
    assert (then.state, then.organisation, then.events) == (NOT_OPENED, None, 0)


def test_the_case_stood_with_the_sender_while_the_offer_waited() -> None:
    then = at(3)
    assert (then.state, then.organisation, then.owner) == (ACTIVE, HARBOUR, ANA)
    assert (then.services, then.events) == (1, 4)
    assert then.referrals == {REFERRAL: ReferralThen("transfer", HARBOUR, LIGHTHOUSE, "requested")}
    assert then.evidence_readers == [HARBOUR]


def test_the_case_stood_with_the_receiver_before_the_survivor_arrived() -> None:
    then = at(7)
    assert (then.state, then.organisation, then.owner) == (ARRIVING, LIGHTHOUSE, BO)
    assert then.arriving_from == HARBOUR
    assert then.referrals[REFERRAL].state == "in-progress"
    assert then.evidence_readers == [HARBOUR, LIGHTHOUSE]


def test_after_arrival_nothing_is_left_to_the_sender() -> None:
    then = at(9)
    assert (then.state, then.organisation, then.arriving_from) == (ACTIVE, LIGHTHOUSE, None)
    assert then.evidence_readers == [LIGHTHOUSE]


def test_a_moment_is_that_of_recording_to_the_microsecond() -> None:
    opened = STORY[0].envelope.recorded_at
    assert as_of(CASE, opened, STORY).state == ACTIVE
    assert as_of(CASE, opened - timedelta(microseconds=1), STORY).state == NOT_OPENED
