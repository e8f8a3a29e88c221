"""What the demonstration shows to people: one case's timeline, referrals by state, latencies."""

from collections import Counter
from collections.abc import Sequence
from statistics import median, quantiles

from rich.table import Table

from cli.auditing.moment import CaseThen
from cli.auditing.questions import Verdict
from cli.auditing.told import Names
from cli.demo.expectations import Report
from cli.demo.handover import HandOver
from cli.demo.referring import Latency, Referral
from cli.output import people

MOST_BROKEN = 20


def show_timeline(story: HandOver) -> None:
    referral = story.referral
    people.print(
        f"\n[bold]The case that {referral.case.organisation.name} handed to "
        f"{referral.receiver.name}, as its new owner reads it[/bold]"
    )
    for entry in story.timeline:
        people.print(f"  [dim]{entry['recorded_at'][:19]}[/dim]  {entry['sentence']}")


def show_referrals(referrals: Sequence[Referral]) -> None:
    counted = Counter((referral.plan.kind, referral.plan.ending) for referral in referrals)
    shown = Table("referrals", "state", "", box=None, pad_edge=False)
    for (kind, ending), count in sorted(counted.items()):
        shown.add_row(kind, ending, str(count))
    people.print("\n[bold]40 referrals between four organisations[/bold]")
    people.print(shown)


def show_latencies(latencies: Sequence[Latency]) -> None:
    shown = Table("from a command until somebody else sees it", box=None, pad_edge=False)
    for column in ("times", "p50", "p95"):
        shown.add_column(column, justify="right")
    for what in sorted({latency.what for latency in latencies}):
        took = [latency.seconds for latency in latencies if latency.what == what]
        high = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
        shown.add_row(what, str(len(took)), in_ms(median(took)), in_ms(high))
    people.print("\n[bold]End to end[/bold]")
    people.print(shown)


def in_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def show_audit(verdict: Verdict, moments: Sequence[CaseThen], names: Names) -> None:
    people.print("\n[bold]The auditor[/bold]")
    people.print(
        f"  The log holds {verdict.head.size:,} leaves; {len(verdict.findings)} findings. "
        f"Root {verdict.head.root.hex()[:16]}…"
    )
    for then in moments:
        owner = "nobody's" if then.organisation is None else names.of(then.organisation)
        people.print(
            f"  [dim]{then.moment.isoformat()[:19]}[/dim]  {owner}; {then.state}; "
            f"{then.services} services, {len(then.evidence)} files, {then.events} events"
        )


def show_report(report: Report) -> None:
    kept = len(report.expectations) - len(report.broken)
    people.print(f"\n[green]✓[/green] {kept:,} expectations kept")
    for broken in report.broken[:MOST_BROKEN]:
        people.print(
            f"[red]✗[/red] {broken.who}: {broken.request}: "
            f"expected {broken.expected}, got {broken.actual}"
        )
    if len(report.broken) > MOST_BROKEN:
        people.print(f"[red]✗[/red] … and {len(report.broken) - MOST_BROKEN} more")
