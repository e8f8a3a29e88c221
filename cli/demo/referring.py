"""40 referrals between four organisations, and what becomes of each."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic

from cli.demo.asking import PATIENCE, Asker, Json, NothingCame
from cli.demo.loading import COUNTRY_OF, LANGUAGE_OF, LoadedCase
from deploy.local.people import ORGANISATIONS, Organisation, Person, person

EVERYTHING = ["identity", "profile", "numbers", "services", "history", "evidence"]
OUTCOME = "Placed and cared for; follow-up agreed."
SOON = timedelta(seconds=2)
"""How long an offer stands that is meant to expire."""


class Ending(StrEnum):
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Plan:
    kind: str
    ending: Ending


PLANS: Sequence[Plan] = (
    *(Plan("transfer", Ending.COMPLETED) for _ in range(14)),
    *(Plan("transfer", Ending.REJECTED) for _ in range(2)),
    Plan("transfer", Ending.CANCELLED),
    Plan("transfer", Ending.EXPIRED),
    *(Plan("service", Ending.COMPLETED) for _ in range(12)),
    *(Plan("service", Ending.REJECTED) for _ in range(4)),
    *(Plan("service", Ending.CANCELLED) for _ in range(3)),
    *(Plan("service", Ending.EXPIRED) for _ in range(3)),
)


@dataclass(frozen=True, slots=True)
class Referral:
    """One that was offered."""

    referral_id: str
    plan: Plan
    case: LoadedCase
    receiver: Organisation

    @property
    def path(self) -> str:
        return f"/referrals/{self.referral_id}"

    @property
    def sender(self) -> Person:
        return self.case.owner

    @property
    def supervisor(self) -> Person:
        return person(self.receiver, "supervisor")

    @property
    def appointed(self) -> Person:
        return person(self.receiver, "caseworker-2")

    @property
    def stranger(self) -> Person:
        """A worker of an organisation that has no part in it."""
        parties = (self.case.organisation, self.receiver)
        other = next(o for o in reversed(ORGANISATIONS) if o not in parties)
        return person(other, "caseworker")


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from a command until somebody else can see what it did."""

    what: str
    seconds: float


def receivers(case: LoadedCase) -> Iterator[Organisation]:
    return (other for other in ORGANISATIONS if other != case.organisation)


async def offer(ask: Asker, plan: Plan, case: LoadedCase, receiver: Organisation) -> Referral:
    """Offered in codes: no name, no birth date, no free text."""
    made = await ask.command(
        case.owner, "referrals", "/referrals", body_of(plan, case, receiver), expected=201
    )
    return Referral(made["id"], plan, case, receiver)


def body_of(plan: Plan, case: LoadedCase, receiver: Organisation) -> Mapping[str, object]:
    body: dict[str, object] = {
        "kind": plan.kind,
        "case_id": case.case_id,
        "to_organisation": str(receiver.id),
        "urgency": ("emergency", "urgent", "normal")[case.record.number % 3],
        "categories": EVERYTHING,
        "offer": {
            "age_band": case.record.age_band or "unknown, treated as a child",
            "gender": case.record.gender,
            "exploitation_types": list(case.record.exploitation),
            "services_wanted": ["SocialCare"],
            "services_given": ["Health"],
            "languages": [LANGUAGE_OF[case.organisation.key]],
            "region": COUNTRY_OF[receiver.key],
        },
    }
    if plan.ending is Ending.EXPIRED:
        body["offer_until"] = (datetime.now(UTC) + SOON).isoformat()
    return body


async def play(ask: Asker, referral: Referral, say: Callable[[str], None]) -> list[Latency]:
    """Takes one referral from its offer to its planned end."""
    offered = await ask.appears(referral.supervisor, "referrals", referral.path)
    latencies = [Latency("offer seen by the receiver", offered)]
    await check_offer(ask, referral)
    match referral.plan.ending:
        case Ending.REJECTED:
            reason = {"reason": "No bed is free this month."}
            await ask.command(
                referral.supervisor, "referrals", f"{referral.path}/rejection", reason
            )
        case Ending.CANCELLED:
            reason = {"reason": "The survivor has decided to stay."}
            await ask.command(referral.sender, "referrals", f"{referral.path}/cancellation", reason)
        case Ending.EXPIRED:
            pass  # the clock ends it
        case Ending.COMPLETED:
            latencies += await accept_and_compare(ask, referral)
            await complete(ask, referral)
    await reaches(ask, referral.sender, referral, referral.plan.ending)
    if referral.plan == Plan("transfer", Ending.COMPLETED):
        await ask.vanishes(referral.sender, "cases", f"/cases/{referral.case.case_id}")
    say(f"{referral.plan.kind} to {referral.receiver.name}: {referral.plan.ending}")
    return latencies


async def check_offer(ask: Asker, referral: Referral) -> None:
    """Before it accepts, the receiver reads the offer and nothing else; a stranger nothing."""
    case = f"/cases/{referral.case.case_id}"
    await ask.read(referral.supervisor, "referrals", referral.path)
    await ask.read(referral.supervisor, "cases", case, expected=404)
    await ask.read(referral.stranger, "referrals", referral.path, expected=404)
    await ask.read(referral.stranger, "cases", case, expected=404)


async def accept_and_compare(ask: Asker, referral: Referral) -> list[Latency]:
    timeline = f"/cases/{referral.case.case_id}/timeline"
    had = await ask.every(referral.sender, "cases", timeline)
    latencies = await accept(ask, referral)
    now = await ask.every(referral.appointed, "cases", timeline)
    compare(ask, referral, had, now)
    return latencies


def compare(ask: Asker, referral: Referral, had: list[Json], now: list[Json]) -> None:
    """The receiver's timeline begins with every entry that the sender read, word for word."""
    ask.note(
        referral.appointed,
        f"timeline of case {referral.case.case_id}: entries as the sender had them",
        len(had),
        sum(mine == theirs for mine, theirs in zip(now, had, strict=False)),
    )


async def accept(ask: Asker, referral: Referral) -> list[Latency]:
    """Accepts, appoints the owner, and waits until the owner can read the case."""
    body = {"owner": str(referral.appointed.id)}
    await ask.command(referral.supervisor, "referrals", f"{referral.path}/acceptance", body)
    seconds = await ask.appears(referral.appointed, "cases", f"/cases/{referral.case.case_id}")
    what = "transferred case" if referral.plan.kind == "transfer" else "disclosed case"
    return [Latency(f"{what} read by its new organisation", seconds)]


async def complete(ask: Asker, referral: Referral) -> None:
    """Confirms the arrival (a transfer) or starts the service, and says what was done."""
    if referral.plan.kind == "transfer":
        await reaches(ask, referral.sender, referral, "in-progress")
        arrival = {"arrived_at": datetime.now(UTC).isoformat(), "condition": "Tired, unharmed."}
        path = f"/cases/{referral.case.case_id}/arrival"
        await ask.command(referral.appointed, "cases", path, arrival)
    else:
        await ask.command(referral.appointed, "referrals", f"{referral.path}/start")
    outcome = {"outcome": OUTCOME}
    await ask.command(referral.appointed, "referrals", f"{referral.path}/completion", outcome)


async def reaches(ask: Asker, who: Person, referral: Referral, state: str) -> None:
    """Waits until this person reads the referral in that state.

    Raises:
        NothingCame: it never got there.
    """
    began = monotonic()
    while (seen := (await ask.peek(who, "referrals", referral.path))["state"]) != state:
        if monotonic() - began > PATIENCE:
            raise NothingCame(f"{referral.path} is {seen}, not {state}")
        await asyncio.sleep(0.05)
    ask.note(who, f"GET referrals {referral.path} state", state, seen)
