"""The whole story in its order, over HTTP only, each person with a token of their own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.auditing.moment import CaseThen
from cli.auditing.questions import Verdict
from cli.demo.asking import Asker, sign_in
from cli.demo.auditing import audit
from cli.demo.expectations import Report
from cli.demo.handover import HandOver, hand_over
from cli.demo.loading import LoadedCase, load, register_organisations
from cli.demo.records import Record
from cli.demo.referring import PLANS, Latency, Plan, Referral, offer, play, receivers
from cli.output import people
from deploy.local.people import AUDITOR, Organisation

REFERRALS_AT_ONCE = 6
COLUMNS = (
    TextColumn("  {task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the services are (name to URL), and how each person (by key) gets a token."""

    addresses: Mapping[str, str]
    renewals: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that is shown at the end."""

    hand_over: HandOver
    referrals: Sequence[Referral]
    latencies: Sequence[Latency]
    verdict: Verdict
    moments: Sequence[CaseThen]


async def tell(stack: Stack, rows: Sequence[Record], report: Report) -> Told:
    """Plays the story; what it expected and what came is in `report`.

    `rows`: what becomes cases; at least as many as there are referrals.

    Raises:
        NothingCame: something that must happen did not.
        httpx.HTTPError: a service is away.
    """
    async with (
        httpx.AsyncClient(timeout=30) as http,
        httpx.AsyncClient(timeout=120) as store,
    ):
        tokens = await sign_in(http, stack.renewals)
        ask = Asker(http, stack.addresses, tokens, report)
        say("Four organisations enter the directory.")
        await register_organisations(ask)
        cases = await load_cases(ask, rows)
        first, *others = plan(cases)
        say("One transfer, looked at closely:")
        story = await hand_over(ask, store, *first, say=step)
        played = await play_all(ask, others)
        await ask.settle()
    say("The auditor verifies the log and replays that case.")
    url, token = stack.addresses["audit"], tokens[AUDITOR.key]
    verdict, moments = await asyncio.to_thread(audit, url, token, story.referral, report)
    return Told(
        story,
        [story.referral, *(referral for referral, _ in played)],
        [*story.latencies, *(latency for _, took in played for latency in took)],
        verdict,
        moments,
    )


async def load_cases(ask: Asker, rows: Sequence[Record]) -> list[LoadedCase]:
    with Progress(*COLUMNS, console=people) as progress:
        task = progress.add_task("records become cases", total=len(rows))
        cases = await load(ask, iter(rows), lambda: progress.advance(task))
    await ask.settle()
    return cases


def plan(cases: Sequence[LoadedCase]) -> list[tuple[Plan, LoadedCase, Organisation]]:
    """Each plan with a case of its own; senders and receivers in turn."""
    return [
        (planned, case, list(receivers(case))[number % 3])
        for number, (planned, case) in enumerate(zip(PLANS, cases, strict=False))
    ]


async def play_all(
    ask: Asker, planned: Sequence[tuple[Plan, LoadedCase, Organisation]]
) -> list[tuple[Referral, list[Latency]]]:
    gate = asyncio.Semaphore(REFERRALS_AT_ONCE)
    with Progress(*COLUMNS, console=people) as progress:
        task = progress.add_task("other referrals", total=len(planned))

        async def one(
            plan: Plan, case: LoadedCase, receiver: Organisation
        ) -> tuple[Referral, list[Latency]]:
            async with gate:
                referral = await offer(ask, plan, case, receiver)
                latencies = await play(ask, referral, step)
                progress.advance(task)
                return referral, latencies

        return list(await asyncio.gather(*(one(*each) for each in planned)))


def say(sentence: str) -> None:
    people.print(f"[bold]{sentence}[/bold]")


def step(sentence: str) -> None:
    people.print(f"  {sentence}")
