"""How an old version of an event's data becomes the next: pure, one step for each version."""

from collections.abc import Callable, Mapping

from shared.contracts.envelope import JsonObject

Upcast = Callable[[JsonObject], JsonObject]

UPCASTS: Mapping[str, Upcast] = {}
"""Type on the wire of the old version to the step that makes it the next version's data."""
