"""The tests of the framework import the rows, and the rows import their peers."""

from tests.bench.peers import without_peers

without_peers()
