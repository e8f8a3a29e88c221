"""One transfer, looked at closely: what the sender had, the receiver has, and nobody else."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import httpx

from cli.demo import evidence
from cli.demo.asking import Asker, Json
from cli.demo.loading import LoadedCase
from cli.demo.referring import (
    OUTCOME,
    Latency,
    Plan,
    Referral,
    accept,
    check_offer,
    complete,
    offer,
    reaches,
)
from deploy.local.people import Organisation, Person


@dataclass(frozen=True, slots=True)
class HandOver:
    """What the demonstration shows of it afterwards."""

    referral: Referral
    timeline: list[Json]
    latencies: list[Latency]


async def hand_over(
    ask: Asker,
    store: httpx.AsyncClient,
    plan: Plan,
    case: LoadedCase,
    receiver: Organisation,
    say: Callable[[str], None],
) -> HandOver:
    sender, at = case.owner, f"/cases/{case.case_id}"
    say("a 64 MiB file is sent straight to the object store, and sealed")
    file = await evidence.upload(ask, store, sender, case.case_id)
    had = await ask.every(sender, "cases", f"{at}/timeline")
    register_had = await register_of(ask, sender, case)
    bytes_had = sha256(await evidence.fetch(ask, store, sender, file)).hexdigest()

    say(f"{case.organisation.name} offers the case to {receiver.name}, in codes")
    referral = await offer(ask, plan, case, receiver)
    latencies = [
        Latency(
            "offer seen by the receiver",
            await ask.appears(referral.supervisor, "referrals", referral.path),
        )
    ]
    await check_offer(ask, referral)
    await closed(ask, referral.appointed, case, file)
    await closed(ask, referral.stranger, case, file)

    say(f"{receiver.name} accepts and appoints an owner; the case changes hands")
    latencies += await accept(ask, referral)
    await reaches(ask, sender, referral, "in-progress")
    await ask.appears(referral.appointed, "attachments", f"/evidence/{file}")
    now = await ask.every(referral.appointed, "cases", f"{at}/timeline")
    what = "timeline begins with all that the sender had"
    note_same(ask, referral.appointed, what, now[: len(had)], had)
    await ask.appears(referral.appointed, "intake", f"/persons/{case.person_id}")
    register_now = await register_of(ask, referral.appointed, case)
    what = "person and report are those that the sender had"
    note_same(ask, referral.appointed, what, register_now, register_had)
    bytes_now = sha256(await evidence.fetch(ask, store, referral.appointed, file)).hexdigest()
    ask.note(referral.appointed, "SHA-256 of the evidence", bytes_had, bytes_now)
    await ask.read(sender, "cases", at)
    await register_of(ask, sender, case)
    await closed(ask, referral.stranger, case, file)

    say("the survivor arrives; the sender keeps status and outcome, nothing else")
    await complete(ask, referral)
    await ask.settle()
    await reaches(ask, sender, referral, "completed")
    await closed(ask, sender, case, file)
    await closed(ask, referral.stranger, case, file)
    outcome = (await ask.read(sender, "referrals", referral.path))["outcome"]
    ask.note(sender, "outcome of the referral", OUTCOME, outcome)
    timeline = await ask.every(referral.appointed, "cases", f"{at}/timeline")
    return HandOver(referral, timeline, latencies)


def note_same(ask: Asker, who: Person, what: str, now: Json, had: Json) -> None:
    """Nothing of the two ends in the report."""
    ask.note(who, what, "yes", "yes" if now == had else "no")


async def register_of(ask: Asker, who: Person, case: LoadedCase) -> list[Json]:
    """The person and the report of the case, as this person reads them."""
    paths = (f"/persons/{case.person_id}", f"/reports/{case.report_id}")
    return [await ask.read(who, "intake", path) for path in paths]


async def closed(ask: Asker, who: Person, case: LoadedCase, file: str) -> None:
    """Every way to the case, its person and its report answers this person 404."""
    at = f"/cases/{case.case_id}"
    for service, path in (
        ("cases", at),
        ("cases", f"{at}/timeline"),
        ("intake", f"/persons/{case.person_id}"),
        ("intake", f"/reports/{case.report_id}"),
        ("attachments", f"/evidence?case_id={case.case_id}"),
        ("attachments", f"/evidence/{file}"),
        ("attachments", f"/evidence/{file}/parts"),
    ):
        await ask.read(who, service, path, expected=404)
    await ask.command(who, "attachments", f"/evidence/{file}/downloads", expected=404)
    body = {"service_type": "Health", "provider": "Example Clinic", "provided_on": "2026-03-02"}
    await ask.command(who, "cases", f"{at}/services", body, expected=404)
    await ask.command(who, "cases", "/cases", {"person_id": case.person_id}, expected=404)
