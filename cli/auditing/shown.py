"""How answers look: one JSON document for programs; tables and sentences for people."""

from dataclasses import asdict
from uuid import UUID

from rich.table import Table

from cli.auditing.moment import CaseThen
from cli.auditing.questions import Story, Verdict
from cli.auditing.story import sentence
from cli.auditing.told import Names, Told, short
from cli.auditing.verification import Finding, Head
from cli.output import people
from shared.contracts.envelope import timestamp


def head_document(head: Head) -> dict[str, object]:
    return {"size": head.size, "root": head.root.hex()}


def verdict_document(verdict: Verdict, kept: Head | None) -> dict[str, object]:
    lines = {
        service: {"position": line.position, "chain": line.chain.hex()}
        for service, line in verdict.lines.items()
    }
    return {
        "sound": not verdict.findings,
        "head": head_document(verdict.head),
        "behind": verdict.behind,
        "compared_with": None if kept is None else head_document(kept),
        "services": lines,
        "findings": [asdict(finding) for finding in verdict.findings],
    }


def show_verdict(verdict: Verdict, kept: Head | None) -> None:
    shown = Table("service", "verified up to", "chain", box=None, pad_edge=False)
    for service, line in sorted(verdict.lines.items()):
        shown.add_row(service, f"{line.position:,}", line.chain.hex()[:16] + "…")
    people.print(shown)
    people.print(how_far(verdict.behind))
    show_findings(verdict.findings)
    if not verdict.findings:
        grown = "" if kept is None else f", and grew from the {kept.size:,} seen last"
        people.print(
            f"[green]✓[/green] The log is whole: {verdict.head.size:,} leaves, one for each event,"
            f" without a gap{grown}. Root {verdict.head.root.hex()}"
        )


def how_far(behind: int | None) -> str:
    """What the log says of itself; unlike its leaves, nobody can check that."""
    if behind is None:
        return "The log cannot tell how far it is behind the services' topics."
    return f"By its own word the log is behind the services' topics by {behind:,}."


def story_document(story: Story, names: Names) -> dict[str, object]:
    return {
        "head": head_document(story.head),
        "events": [event_document(told, names) for told in story.events],
        "findings": [asdict(finding) for finding in story.findings],
    }


def event_document(told: Told, names: Names) -> dict[str, object]:
    envelope = told.envelope
    return {
        "event_id": str(envelope.id),
        "recorded_at": timestamp(envelope.recorded_at),
        "occurred_at": timestamp(envelope.occurred_at),
        "type": envelope.type,
        "stream": envelope.stream,
        "version": envelope.version,
        "actor": envelope.actor,
        "sentence": sentence(told, names),
    }


def then_document(then: CaseThen) -> dict[str, object]:
    return {
        "case_id": str(then.case_id),
        "moment": timestamp(then.moment),
        "state": then.state,
        "organisation": text(then.organisation),
        "owner": text(then.owner),
        "person_id": text(then.person_id),
        "arriving_from": text(then.arriving_from),
        "profiles": then.profiles,
        "numbers": then.numbers,
        "services": then.services,
        "referrals": [
            {
                "id": str(referral_id),
                "kind": referral.kind,
                "state": referral.state,
                "from_organisation": str(referral.from_organisation),
                "to_organisation": str(referral.to_organisation),
            }
            for referral_id, referral in then.referrals.items()
        ],
        "evidence": {str(evidence_id): state for evidence_id, state in then.evidence.items()},
        "evidence_readers": [str(reader) for reader in then.evidence_readers],
        "events": then.events,
    }


def then_table(then: CaseThen, names: Names) -> Table:
    shown = Table(show_header=False, box=None, title_justify="left", pad_edge=False)
    shown.title = f"Case {short(then.case_id)} at {timestamp(then.moment)[:19]}Z"
    arriving = "" if then.arriving_from is None else f", from {names.of(then.arriving_from)}"
    shown.add_row("state", then.state + arriving)
    if then.organisation is not None and then.owner is not None:
        shown.add_row("organisation", names.of(then.organisation))
        shown.add_row("owner", names.of(then.owner))
    shown.add_row(
        "entries", f"services: {then.services}, numbers: {then.numbers}, profiles: {then.profiles}"
    )
    for referral_id, referral in then.referrals.items():
        shown.add_row(
            f"referral {short(referral_id)}",
            f"{referral.kind} to {names.of(referral.to_organisation)}: {referral.state}",
        )
    for evidence_id, state in then.evidence.items():
        shown.add_row(f"evidence {short(evidence_id)}", state)
    if then.evidence_readers:
        shown.add_row("evidence for", ", ".join(map(names.of, then.evidence_readers)))
    return shown


def show_proof(story: Story) -> None:
    show_findings(story.findings)
    if not story.findings:
        people.print(
            f"[green]✓[/green] All {len(story.events)} events are in the log of"
            f" {story.head.size:,} leaves, byte for byte."
        )


def show_findings(findings: list[Finding]) -> None:
    for finding in findings:
        people.print(f"✗ {finding.flaw.replace('_', ' ')}: {finding.where}", markup=False)


def text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
