"""The bugs that we plant, each with the test that must turn red."""

from tests.plants.planting import Plant

PLANTS = (
    Plant(
        what="the owner of nothing sees what others hold",
        file="shared/policy/disclosure.py",
        old="if holding.organisation == viewer.organisation",
        new="if holding.organisation",
        guard="tests/policy/test_disclosure.py::"
        "test_nobody_sees_anything_without_a_holding_of_their_own",
    ),
    Plant(
        what="a key is given out that lost the race to the table",
        file="shared/vault/vault.py",
        old="return self._unwrapped(self._wrapped.add(drafts))",
        new="self._wrapped.add(drafts)\n        return self._unwrapped(drafts)",
        guard="tests/vault/test_vault.py::TestInMemory::"
        "test_all_who_make_a_key_at_once_get_the_same",
    ),
    Plant(
        what="a sealed value is not bound to its field",
        file="shared/vault/sealing.py",
        old="orjson.dumps((place.stream, place.event_id, field))",
        new="orjson.dumps((place.stream, place.event_id))",
        guard="tests/vault/test_sealing.py::test_a_token_opens_only_with_its_key_in_its_place",
    ),
)
