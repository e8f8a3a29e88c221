"""The consumer over the memory twins: no broker, no database."""

from __future__ import annotations

import pytest

from tests.messaging.contract import ConsumerContract
from tests.messaging.journals import MemoryJournal
from tests.messaging.topic_lines import MemoryLine


class TestConsumerInMemory(ConsumerContract):
    @pytest.fixture
    def line(self) -> MemoryLine:
        return MemoryLine()

    @pytest.fixture
    def journal(self, line: MemoryLine) -> MemoryJournal:
        return MemoryJournal(line.topic)
