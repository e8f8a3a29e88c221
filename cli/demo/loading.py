"""500 records become reports, persons and cases, shared out among the four organisations."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cli.demo.asking import Asker
from cli.demo.names import fictional_name
from cli.demo.records import Record
from deploy.local.people import ORGANISATIONS, Organisation, Person, person

AT_ONCE = 12
"""How many officers type at the same time."""

FIRST_DAY = date(2026, 1, 5)
SERVICES = ("SocialCare", "Health", "Legal", "Education", "Livelihood", "Financial")
MINISTRY = "Ministry of Social Affairs, Exampleland"
COUNTRY_OF = {"lantern": "GB", "moonlight": "TH", "lotus": "KH", "sunflower": "ES"}
LANGUAGE_OF = {"lantern": "eng", "moonlight": "tha", "lotus": "khm", "sunflower": "spa"}


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as the demonstration remembers it: ids, and the record that it was made from."""

    case_id: str
    person_id: str
    report_id: str
    record: Record
    organisation: Organisation

    @property
    def owner(self) -> Person:
        return person(self.organisation, "caseworker")


async def register_organisations(ask: Asker) -> None:
    for organisation in ORGANISATIONS:
        body = {
            "name": organisation.name,
            "kind": "NGO",
            "country": COUNTRY_OF[organisation.key],
            "services": list(SERVICES),
        }
        admin = person(organisation, "admin")
        await ask.command(admin, "referrals", "/organisations", body, expected=201)


async def load(ask: Asker, records: Iterator[Record], done: Callable[[], None]) -> list[LoadedCase]:
    """Enters every record; `done` is called after each."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def enter(record: Record) -> LoadedCase:
        async with gate:
            entered = await enter_case(ask, record)
            done()
            return entered

    return list(await asyncio.gather(*(enter(record) for record in records)))


async def enter_case(ask: Asker, record: Record) -> LoadedCase:
    organisation = ORGANISATIONS[record.number % len(ORGANISATIONS)]
    officer = person(organisation, "intake")
    report = await ask.command(
        officer, "intake", "/reports", report_of(record, organisation), expected=201
    )
    registered = await ask.command(
        officer, "intake", "/persons", person_of(record, organisation), expected=201
    )
    accepted = await ask.command(
        officer,
        "intake",
        f"/reports/{report['id']}/acceptance",
        {"person_id": registered["id"], "owner": str(person(organisation, "caseworker").id)},
        after=str(registered["position"]),
    )
    case = LoadedCase(accepted["case_id"], registered["id"], report["id"], record, organisation)
    await ask.appears(case.owner, "cases", f"/cases/{case.case_id}", every=0.1)
    await tell_the_case(ask, case)
    return case


async def tell_the_case(ask: Asker, case: LoadedCase) -> None:
    """The profile, both numbers, and the services that were given so far."""
    at, number = f"/cases/{case.case_id}", case.record.number
    await ask.command(case.owner, "cases", f"{at}/profile", {"answers": case.record.profile})
    for kind, issuer, value in (
        ("government", MINISTRY, f"GOV/{number + 1:04}/26"),
        ("organisation", case.organisation.name, f"{case.organisation.key[:3].upper()}-{number}"),
    ):
        body = {"kind": kind, "issuer": issuer, "number": value}
        await ask.command(case.owner, "cases", f"{at}/numbers", body)
    for given in range(1 + number % 3):
        await ask.command(case.owner, "cases", f"{at}/services", service_of(case, given))


def report_of(record: Record, organisation: Organisation) -> Mapping[str, object]:
    return {
        "channel": ("hotline", "walk_in", "police", "partner", "letter")[record.number % 5],
        "received_at": f"{day_of(record, 0)}T08:30:00Z",
        "narrative": f"Synthetic record {record.number + 1}: somebody may need help.",
        "language": LANGUAGE_OF[organisation.key],
    }


def person_of(record: Record, organisation: Organisation) -> Mapping[str, object]:
    return {
        "names": [fictional_name(record.number)],
        "gender": record.gender,
        "citizenship": [COUNTRY_OF[organisation.key]],
        "languages": [LANGUAGE_OF[organisation.key]],
    }


def service_of(case: LoadedCase, given: int) -> Mapping[str, object]:
    return {
        "service_type": SERVICES[(case.record.number + given) % len(SERVICES)],
        "provider": case.organisation.name,
        "provided_on": day_of(case.record, 1 + given),
        "outcome": "Provided as planned.",
        "grant_code": f"EX-2026-{given + 1}",
    }


def day_of(record: Record, later: int) -> str:
    return (FIRST_DAY + timedelta(days=record.number % 200 + later)).isoformat()
