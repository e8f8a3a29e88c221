"""What the vault promises over any table of keys; PostgreSQL and its twin keep the same."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from shared.vault.cache import KeyCache
from shared.vault.errors import KeysAway, KeyUnknown, NotSealedHere, SubjectErased
from shared.vault.memory import MemoryKeys
from shared.vault.providers import KeyFile
from shared.vault.sealing import locate
from shared.vault.tables import SubjectKeys, WrappedKeys
from shared.vault.vault import ERASED, Vault
from tests.support.keys import KeysDatabase
from tests.vault.examples import (
    CANARY,
    EVENT_ID,
    NAMES,
    OTHER_SUBJECT,
    STREAM,
    SUBJECT,
    envelope,
    lamp,
)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class LookedAtTogether:
    """A table in which nobody adds a key before all have looked and found none."""

    table: WrappedKeys
    all_looked: Barrier

    def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        found = self.table.load(subjects)
        self.all_looked.wait(timeout=10)
        return found

    def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
        return self.table.add(wrapped)


def kept(vault: Vault, field: str = "keeper") -> str:
    """A field of an event about SUBJECT, as a read model keeps it."""
    key = vault.keys_for([SUBJECT])[SUBJECT]
    shelved = vault.seal(lamp(), key, STREAM, EVENT_ID)
    located: str = locate(envelope(), field, getattr(shelved, field))
    return located


class VaultContract:
    @pytest.fixture
    @abstractmethod
    def table(self) -> WrappedKeys: ...

    @abstractmethod
    def destroy(self, subject: UUID) -> None:
        """As an erasure does, behind the vault's back."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def vault(self, table: WrappedKeys, key_file: KeyFile, clock: Clock) -> Vault:
        return Vault(table, key_file, clock)

    def test_a_subject_keeps_its_key(
        self, vault: Vault, table: WrappedKeys, key_file: KeyFile
    ) -> None:
        key = vault.keys_for([SUBJECT])[SUBJECT]
        assert len(key) == 32
        assert vault.keys_for([SUBJECT]) == {SUBJECT: key}
        assert Vault(table, key_file).keys_for([SUBJECT]) == {SUBJECT: key}

    def test_two_subjects_never_share_a_key(self, vault: Vault) -> None:
        keys = vault.keys_for([SUBJECT, OTHER_SUBJECT])
        assert keys[SUBJECT] != keys[OTHER_SUBJECT]

    def test_nobody_needs_no_key(self, vault: Vault) -> None:
        assert vault.keys_for([]) == {}
        assert vault.open_all([], str) == []

    def test_what_was_sealed_is_opened_by_another_instance(
        self, vault: Vault, table: WrappedKeys, key_file: KeyFile
    ) -> None:
        located = kept(vault)
        assert Vault(table, key_file).open(located, str) == CANARY

    def test_many_are_opened_in_their_order(self, vault: Vault) -> None:
        names = kept(vault, "names")
        assert vault.open_all([names, None, names], tuple[str, ...]) == [NAMES, None, NAMES]

    def test_an_erased_subject_gets_no_key_again(self, vault: Vault) -> None:
        self.destroy(SUBJECT)
        for _ in range(2):
            with pytest.raises(SubjectErased):
                vault.keys_for([OTHER_SUBJECT, SUBJECT])

    def test_erased_is_an_ordinary_value_when_opening(
        self, vault: Vault, table: WrappedKeys, key_file: KeyFile
    ) -> None:
        located = kept(vault)
        self.destroy(SUBJECT)
        assert Vault(table, key_file).open(located, str) == ERASED
        assert Vault(table, key_file).open_all([located, None], str) == [ERASED, None]

    def test_a_destroyed_key_opens_nothing_after_a_minute(self, vault: Vault, clock: Clock) -> None:
        located = kept(vault)
        self.destroy(SUBJECT)
        clock.seconds += 59
        assert vault.open(located, str) == CANARY
        clock.seconds += 1
        assert vault.open(located, str) == ERASED

    def test_a_subject_that_never_had_a_key_is_not_called_erased(self, vault: Vault) -> None:
        located = kept(vault).replace(str(SUBJECT), str(uuid4()), 1)
        with pytest.raises(KeyUnknown):
            vault.open(located, str)

    def test_a_value_moved_to_another_subject_does_not_open(self, vault: Vault) -> None:
        located = kept(vault).replace(str(SUBJECT), str(OTHER_SUBJECT), 1)
        vault.keys_for([OTHER_SUBJECT])
        with pytest.raises(NotSealedHere):
            vault.open(located, str)

    def test_all_who_make_a_key_at_once_get_the_same(
        self, table: WrappedKeys, key_file: KeyFile
    ) -> None:
        subjects = [uuid4() for _ in range(50)]
        together = LookedAtTogether(table, Barrier(8))

        def keys_of_one_instance(number: int) -> Mapping[UUID, bytes]:
            own_order = subjects[number:] + subjects[:number]
            return Vault(together, key_file).keys_for(own_order)

        with ThreadPoolExecutor(8) as pool:
            first, *others = pool.map(keys_of_one_instance, range(8))
        assert all(keys == first for keys in others)


class TestInMemory(VaultContract):
    memory: MemoryKeys

    @pytest.fixture
    def table(self) -> MemoryKeys:
        self.memory = MemoryKeys()
        return self.memory

    def destroy(self, subject: UUID) -> None:
        self.memory.destroy(subject)


@pytest.mark.stack
class TestInPostgreSQL(VaultContract):
    database: KeysDatabase

    @pytest.fixture
    def table(self, keys_database: KeysDatabase) -> Iterator[SubjectKeys]:
        self.database = keys_database
        table = SubjectKeys(keys_database.sealer)
        yield table
        table.close()

    def destroy(self, subject: UUID) -> None:
        self.database.execute(
            "INSERT INTO subject_keys (subject, destroyed_at) VALUES (%s, now())"
            " ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = now()",
            str(subject),
        )


class AwayKeys:
    """A table of keys that does not answer."""

    def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        raise KeysAway

    def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
        raise KeysAway


def test_a_key_that_could_not_be_kept_is_not_given_out(key_file: KeyFile) -> None:
    class FullKeys(MemoryKeys):
        def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
            raise KeysAway

    vault = Vault(FullKeys(), key_file)
    for _ in range(2):
        with pytest.raises(KeysAway):
            vault.keys_for([SUBJECT])


def test_known_keys_are_used_while_the_database_is_away(key_file: KeyFile) -> None:
    class Flaky(MemoryKeys):
        away = False

        def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
            return AwayKeys().load(subjects) if self.away else super().load(subjects)

    table = Flaky()
    clock = Clock()
    vault = Vault(table, key_file, clock)
    located = kept(vault)
    table.away = True
    assert vault.open(located, str) == CANARY
    clock.seconds += 60
    with pytest.raises(KeysAway):
        vault.open(located, str)


def test_the_cache_forgets_the_oldest_when_it_is_full() -> None:
    ticks = count()
    cache = KeyCache(lambda: float(next(ticks)) / 1000, capacity=2)
    first, second, third = uuid4(), uuid4(), uuid4()
    for subject in (first, second, third):
        cache.keep({subject: subject.bytes})
    assert cache.known([first, second, third]) == {second: second.bytes, third: third.bytes}
