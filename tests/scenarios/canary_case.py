"""One case with a canary in each personal field of every event: reported, told, offered, handed
over, completed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cli.demo.asking import Asker
from deploy.local.people import LANTERN, LOTUS, Person, person
from tests.scenarios.canaries import Canaries

OFFICER, WORKER = person(LANTERN, "intake"), person(LANTERN, "caseworker")
SUPERVISOR, RECEIVER = person(LOTUS, "supervisor"), person(LOTUS, "caseworker")


@dataclass(frozen=True)
class CanaryCase:
    ask: Asker
    canaries: Canaries

    async def live(self) -> None:
        case_id = await self.open()
        await self.work_on(f"/cases/{case_id}")
        await self.add_evidence(case_id)
        await self.decline(await self.offer(case_id), SUPERVISOR, "rejection")
        await self.decline(await self.offer(case_id), WORKER, "cancellation")
        await self.hand_over(case_id, await self.offer(case_id))
        await self.send_what_is_refused()
        await self.ask.settle()

    async def open(self) -> str:
        report = {
            "channel": "hotline",
            "received_at": "2026-03-01T08:30:00Z",
            "narrative": self.canaries.new(),
            "language": self.canaries.coded("language", "qxz"),
        }
        reported = await self.ask.command(OFFICER, "intake", "/reports", report, expected=201)
        registered = await self.ask.command(
            OFFICER, "intake", "/persons", self.somebody(), expected=201
        )
        accepted = await self.ask.command(
            OFFICER,
            "intake",
            f"/reports/{reported['id']}/acceptance",
            {"person_id": registered["id"], "owner": str(WORKER.id)},
            after=str(registered["position"]),
        )
        await self.ask.appears(WORKER, "cases", f"/cases/{accepted['case_id']}")
        return str(accepted["case_id"])

    def somebody(self) -> dict[str, object]:
        coded = self.canaries.coded
        return {
            "names": [self.canaries.new(), self.canaries.new()],
            "birth_date": coded("birth_date", "1907-11-03"),
            "gender": coded("gender", "NonSpecifiedUnknown"),
            "citizenship": coded("citizenship", ["QX", "QZ", "XQ"]),
            "languages": coded("languages", ["qzx", "xqz"]),
        }

    async def work_on(self, case: str) -> None:
        new, coded = self.canaries.new, self.canaries.coded
        profile = {"answers": {"vic_TypeOfExploitation": new()}}
        number = {
            "kind": "government",
            "issuer": self.canaries.public,
            "number": new(),
            "valid_from": coded("valid_from", "1909-02-23"),
            "valid_to": coded("valid_to", "2187-10-29"),
        }
        service = {
            "service_type": coded("service_type", "RightsBasedTraining"),
            "provider": self.canaries.public,
            "provided_on": coded("provided_on", "1913-05-27"),
            "outcome": new(),
            "note": new(),
        }
        for name, entry in (("profile", profile), ("numbers", number), ("services", service)):
            await self.ask.command(WORKER, "cases", f"{case}/{name}", entry)

    async def add_evidence(self, case_id: str) -> None:
        file = {
            "case_id": case_id,
            "filename": self.canaries.new(),
            "media_type": f"video/{self.canaries.new()}",
            "size": 1,
        }
        await self.ask.command(WORKER, "attachments", "/evidence", file, expected=201)

    async def offer(self, case_id: str) -> str:
        minimised: dict[str, object] = {
            "age_band": "unknown, treated as a child",
            "gender": "TransgenderMasculine",
            "exploitation_types": ["ForcedMilitaryByNonStateActors"],
            "services_wanted": ["SexualExploitationRehabilitation"],
            "services_given": ["LabourExploitationRehabilitation"],
            "languages": ["zqx", "zxq"],
            "region": "QX-7QZ",
        }
        offer = {
            "kind": "transfer",
            "case_id": case_id,
            "to_organisation": str(LOTUS.id),
            "urgency": "urgent",
            "categories": ["identity", "profile"],
            "offer": self.canaries.coded("offer", minimised),
        }
        offered = await self.ask.command(WORKER, "referrals", "/referrals", offer, expected=201)
        return f"/referrals/{offered['id']}"

    async def decline(self, referral: str, who: Person, how: str) -> None:
        reason = {"reason": self.canaries.new()}
        await self.ask.command(who, "referrals", f"{referral}/{how}", reason)

    async def hand_over(self, case_id: str, referral: str) -> None:
        case = f"/cases/{case_id}"
        owner = {"owner": str(RECEIVER.id)}
        await self.ask.command(SUPERVISOR, "referrals", f"{referral}/acceptance", owner)
        await self.ask.appears(RECEIVER, "cases", case)
        arrival = {
            "arrived_at": datetime.now(UTC).isoformat(),
            "condition": self.canaries.new(),
        }
        await self.ask.command(RECEIVER, "cases", f"{case}/arrival", arrival)
        await self.ask.settle()
        outcome = {"outcome": self.canaries.new()}
        await self.ask.command(RECEIVER, "referrals", f"{referral}/completion", outcome)

    async def send_what_is_refused(self) -> None:
        """Bad input must not end in a log either."""
        new = self.canaries.new
        for body in (
            {"names": new(), "gender": "Feminine"},
            {"names": ["a"], "gender": new()},
            {"names": ["a"], "gender": "Feminine", "birth_date": new()},
        ):
            await self.ask.command(OFFICER, "intake", "/persons", body, expected=422)
