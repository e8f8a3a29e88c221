"""Each event as one sentence for people. Structure alone: no sealed value is opened or shown."""

from cli.auditing.told import Names, Told, short
from shared.contracts.attachments import (
    AccessGranted,
    AccessRevoked,
    EvidenceDownloaded,
    EvidenceRejected,
    EvidenceSealed,
    UploadCompleted,
    UploadStarted,
)
from shared.contracts.audit import ReplayOpened
from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseOpened,
    CaseReassigned,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
    TransferRefused,
)
from shared.contracts.envelope import timestamp
from shared.contracts.intake import PersonRegistered, ReportAccepted, ReportReceived
from shared.contracts.kinds import Category
from shared.contracts.referrals import (
    DisclosureGranted,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)


def sentence(told: Told, names: Names) -> str:
    """`2030-01-01 12:00:00  Ana of Harbour opened the case …`; times in UTC."""
    moment = timestamp(told.envelope.recorded_at)
    return f"{moment[:10]} {moment[11:19]}  {deed(told, names)}"


def deed(told: Told, names: Names) -> str:
    """Who did what. An event that is not known here is told by its type."""
    actor = names.actor(told.envelope.actor)
    return f"{actor[0].upper()}{actor[1:]} {_did(told, names)}."


def _did(told: Told, names: Names) -> str:
    event = told.event
    words = (
        _of_intake(event)
        or _of_case(event, names)
        or _of_referral(event, names)
        or _of_evidence(event, names)
        or _of_audit(event)
    )
    return words or f"recorded {told.envelope.type} in {told.envelope.stream}"


def _of_intake(event: object) -> str | None:
    match event:
        case ReportReceived(report_id=report, channel=channel):
            return f"took in report {short(report)} ({_words(channel)})"
        case PersonRegistered(person_id=person):
            return f"registered person {short(person)}"
        case ReportAccepted(report_id=report, person_id=person):
            return f"accepted report {short(report)} as a case of person {short(person)}"
        case _:
            return None


def _of_case(event: object, names: Names) -> str | None:
    match event:
        case CaseOpened(organisation=organisation, owner=owner):
            return f"opened the case at {names.of(organisation)}, owner {names.of(owner)}"
        case ProfileRecorded():
            return "recorded the profile"
        case NumberAssigned(kind=kind, issuer=issuer):
            return f"assigned a number of kind {_words(kind)}, issued by {issuer}"
        case ServiceRecorded(organisation=organisation, provider=provider):
            return f"recorded a service by {provider} for {names.of(organisation)}"
        case CaseReassigned(from_owner=old, to_owner=new):
            return f"reassigned the case from {names.of(old)} to {names.of(new)}"
        case OwnershipTransferred():
            return (
                f"transferred the case from {names.of(event.from_organisation)} to"
                f" {names.of(event.to_organisation)}, owner {names.of(event.to_owner)}"
            )
        case TransferRefused(to_organisation=organisation, reason=reason):
            return f"refused the transfer to {names.of(organisation)}: {_words(reason)}"
        case ArrivalConfirmed(to_organisation=organisation, arrived_at=moment):
            return f"confirmed the arrival at {names.of(organisation)}, {timestamp(moment)[:16]}"
        case _:
            return None


def _of_referral(event: object, names: Names) -> str | None:
    match event:
        case ReferralOffered(parties=parties, urgency=urgency, offer_until=until):
            return (
                f"offered {_words(parties.kind)} referral {short(parties.referral_id)}"
                f" ({_words(urgency)}) to {names.of(parties.to_organisation)}"
                f" until {timestamp(until)[:16]}"
            )
        case ReferralAccepted(parties=parties, owner=owner):
            return f"accepted referral {short(parties.referral_id)}, owner {names.of(owner)}"
        case ReferralCancelled(parties=parties, by_organisation=organisation):
            return f"cancelled referral {short(parties.referral_id)} for {names.of(organisation)}"
        case ReferralExpired(parties=parties):
            return f"let referral {short(parties.referral_id)} expire unanswered"
        case ReferralFailed(parties=parties, reason=reason):
            return f"recorded that referral {short(parties.referral_id)} failed: {_words(reason)}"
        case DisclosureGranted(parties=parties, categories=categories):
            return f"disclosed {_list(categories)} to {names.of(parties.to_organisation)}"
        case ReferralRejected(parties=parties):
            return f"rejected referral {short(parties.referral_id)}"
        case ReferralStarted(parties=parties):
            return f"started referral {short(parties.referral_id)}"
        case ReferralCompleted(parties=parties):
            return f"completed referral {short(parties.referral_id)}"
        case _:
            return None


def _of_evidence(event: object, names: Names) -> str | None:
    match event:
        case UploadStarted(evidence_id=evidence, size=size):
            return f"began to upload evidence {short(evidence)}, {size:,} bytes"
        case UploadCompleted(evidence_id=evidence):
            return f"completed the upload of evidence {short(evidence)}"
        case EvidenceSealed(evidence_id=evidence, sha256=sha256):
            return f"sealed evidence {short(evidence)}, SHA-256 {sha256[:16]}…"
        case EvidenceRejected(evidence_id=evidence, reason=reason):
            return f"rejected evidence {short(evidence)}: {_words(reason)}"
        case EvidenceDownloaded(evidence_id=evidence, organisation=organisation):
            return f"gave {names.of(organisation)} a link to evidence {short(evidence)}"
        case AccessGranted(organisation=organisation):
            return f"granted {names.of(organisation)} access to the evidence"
        case AccessRevoked(organisation=organisation):
            return f"revoked the access of {names.of(organisation)} to the evidence"
        case _:
            return None


def _of_audit(event: object) -> str | None:
    match event:
        case ReplayOpened(purpose=purpose, expires_at=until):
            return f"opened a replay for {_words(purpose)} until {timestamp(until)[:16]}"
        case _:
            return None


def _words(value: str) -> str:
    return value.replace("_", " ")


def _list(categories: tuple[Category, ...]) -> str:
    return ", ".join(categories)
