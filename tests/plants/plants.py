"""The bugs that we plant, each with the test that must turn red."""

from tests.plants.planting import Plant

IN_MEMORY = "tests/eventstore/test_contract.py::TestMemoryStore"

PLANTS = (
    Plant(
        what="the cursor moves before the broker has answered",
        file="shared/messaging/relay.py",
        old="landed = await self.thread.held(",
        new="there = Cursor(waiting.records[-1].position, waiting.cursor.end)\n"
        "        await self.thread.ask(Session.move, waiting.cursor, there)\n"
        "        landed = await self.thread.held(",
        guard="tests/messaging/test_relay.py::"
        "test_the_cursor_does_not_move_before_the_broker_has_answered",
    ),
    Plant(
        what="the lock is taken after the load",
        file="shared/eventstore/transaction.py",
        old="at.ask(*opening(self._lock, asked, runs, self.states.seen, unknown))\n"
        "        loaded = parse(map(Row._make, at.fetchall()))\n",
        new="own = at.connection.get_backend_pid()\n"
        "        at.ask(*opening(own, asked, runs, self.states.seen, unknown))\n"
        "        loaded = parse(map(Row._make, at.fetchall()))\n"
        "        at.ask('SELECT pg_advisory_xact_lock(%(lock)s)', {'lock': self._lock})\n",
        guard="tests/eventstore/test_many_writers.py::"
        "test_of_many_with_the_same_version_in_hand_one_wins",
    ),
    Plant(
        what="what followed on a failed batch is sent all the same",
        file="shared/eventstore/committing.py",
        old="                return [*self._failed(sent.batch, error), *coming]\n",
        new="                self._failed(sent.batch, error)\n"
        "                sent, written = None, True\n",
        guard="tests/eventstore/test_ahead.py::test_what_followed_on_a_bug_is_decided_anew",
    ),
    Plant(
        what="the inbox is not asked whether a run was claimed before",
        file="shared/eventstore/batch.py",
        old=" or self.present.inbox.get(inbox, 0) != run.first - 1:",
        new=":",
        guard=f"{IN_MEMORY}::test_only_the_next_run_is_claimed",
    ),
    Plant(
        what="an idempotency key is everybody's",
        file="shared/eventstore/batch.py",
        old="self.present.handled.get(owner)",
        new="next((h for (_, key), h in self.present.handled.items() if key == call.key), None)",
        guard=f"{IN_MEMORY}::test_another_principals_key_is_another_key",
    ),
    Plant(
        what="the timeline is shown without asking the policy",
        file="services/cases/api.py",
        old="seen = may_see(viewer, queries.case(connection, case_id))",
        new="seen = frozenset(Category)",
        guard="tests/services/test_cases.py::"
        "test_a_grant_shows_its_categories_and_ends_with_its_referral",
    ),
    Plant(
        what="a referral is shown without asking the policy",
        file="services/referrals/views.py",
        old="return bool(permitted(viewer, [",
        new="return True or bool(permitted(viewer, [",
        guard="tests/services/test_referrals_access.py::"
        "test_whoever_does_not_work_with_survivors_reads_no_referral",
    ),
    Plant(
        what="a leaf is skipped",
        file="services/audit/sequencer.py",
        old="if logged.leaf_of.get(entry.event_id) == entry.leaf:",
        new="if entry.position == 2 or logged.leaf_of.get(entry.event_id) == entry.leaf:",
        guard="tests/audit/test_ledger.py::TestMemoryLog::"
        "test_each_event_becomes_one_leaf_in_order",
    ),
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
