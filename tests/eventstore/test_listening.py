"""Waiting for news of events, on a connection that ends."""

import asyncio
from typing import Any

import pytest

from shared.eventstore.errors import Retryable
from shared.eventstore.listening import News, news_of_events
from tests.support.postgres import ServiceDatabase, query

pytestmark = pytest.mark.stack

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ending'"


async def test_a_connection_that_ends_is_not_listened_to_any_more(
    ledger: ServiceDatabase,
) -> None:
    trouble: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: trouble.append(context))
    async with news_of_events(ledger.writer, "ending") as news:
        assert query(ledger.admin, END) == [(True,)]
        with pytest.raises(Retryable):
            await listen(news)
        await asyncio.sleep(0)
    assert trouble == []


async def listen(news: News) -> None:
    for _ in range(3):  # its last words, its end, and silence
        await news.wait(0.3)
