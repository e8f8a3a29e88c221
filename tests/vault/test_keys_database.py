"""What the keys database promises, whoever asks: nothing is changed, and away means away."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import psycopg2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from deploy.local.postgres import Postgres
from shared.vault.errors import KeysAway
from shared.vault.providers import KeyFile
from shared.vault.schema import migrate_keys
from shared.vault.tables import SUBJECT_KEYS, SubjectKeys
from shared.vault.vault import Vault
from tests.support.keys import KeysDatabase, execute
from tests.vault.examples import SUBJECT

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subject_keys SET wrapped = NULL",
        "DELETE FROM subject_keys",
        "TRUNCATE subject_keys",
        "DROP TABLE subject_keys",
        "ALTER TABLE subject_keys DROP COLUMN wrapped",
    ],
)
def test_the_sealing_role_neither_changes_nor_destroys_keys(
    keys_database: KeysDatabase, statement: str
) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        execute(keys_database.sealer, statement)


def test_a_key_is_either_there_or_destroyed(keys_database: KeysDatabase) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation):
        keys_database.execute("INSERT INTO subject_keys (subject) VALUES (%s)", str(SUBJECT))


def test_to_migrate_again_changes_nothing(keys_database: KeysDatabase, key_file: KeyFile) -> None:
    vault = Vault(SubjectKeys(keys_database.sealer), key_file)
    before = vault.keys_for([SUBJECT])
    migrate_keys(keys_database.admin)
    assert Vault(SubjectKeys(keys_database.sealer), key_file).keys_for([SUBJECT]) == before


def test_a_key_is_durable_before_it_is_given_out(
    keys_database: KeysDatabase, key_file: KeyFile
) -> None:
    Vault(SubjectKeys(keys_database.sealer), key_file).keys_for([SUBJECT])
    assert keys_database.execute("SELECT subject FROM subject_keys") == [(str(SUBJECT),)]


def test_only_wrapped_keys_are_kept(keys_database: KeysDatabase, key_file: KeyFile) -> None:
    key = Vault(SubjectKeys(keys_database.sealer), key_file).keys_for([SUBJECT])[SUBJECT]
    ((wrapped,),) = keys_database.execute("SELECT wrapped FROM subject_keys")
    assert isinstance(wrapped, memoryview)
    assert key not in bytes(wrapped)
    assert key_file.unwrap(bytes(wrapped), SUBJECT) == key


def keys_in_another_program(url: str, key_path: str, subjects: list[UUID]) -> dict[UUID, bytes]:
    return dict(Vault(SubjectKeys(url), KeyFile(Path(key_path))).keys_for(subjects))


def test_four_programs_that_make_keys_at_once_agree(
    keys_database: KeysDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "wrapping.key"
    path.write_bytes(bytes(32))
    subjects = [UUID(int=number) for number in range(200)]
    orders = [subjects, subjects[::-1], subjects[100:] + subjects[:100], subjects[::2]]
    with get_context("spawn").Pool(4) as pool:
        answers = pool.starmap(
            keys_in_another_program,
            [(keys_database.sealer, str(path), order) for order in orders],
        )
    first, *others = answers
    assert all(keys.items() <= first.items() for keys in others)
    assert keys_database.execute("SELECT count(*) FROM subject_keys") == [(200,)]


def test_a_closed_database_is_away(postgres: Postgres, key_file: KeyFile) -> None:
    nowhere = postgres.url("no_such_database")
    with pytest.raises(KeysAway):
        Vault(SubjectKeys(nowhere), key_file).keys_for([SUBJECT])


def test_a_database_that_hangs_is_away_within_seconds(
    keys_database: KeysDatabase, key_file: KeyFile
) -> None:
    holder = psycopg2.connect(keys_database.admin)
    try:
        holder.cursor().execute("LOCK TABLE subject_keys IN ACCESS EXCLUSIVE MODE")
        vault = Vault(SubjectKeys(keys_database.sealer), key_file)
        with ThreadPoolExecutor(1) as pool, pytest.raises(KeysAway):
            pool.submit(vault.keys_for, [SUBJECT]).result(timeout=10)
    finally:
        holder.close()


def test_an_away_database_says_nothing_of_its_address(key_file: KeyFile) -> None:
    vault = Vault(SubjectKeys("postgresql://me:secret@127.0.0.1:1/keys"), key_file)
    with pytest.raises(KeysAway) as away:
        vault.keys_for([SUBJECT])
    assert repr(away.value) == "KeysAway('OperationalError')"
    assert away.value.__cause__ is None


def test_the_code_knows_the_table_as_the_migration_made_it(keys_database: KeysDatabase) -> None:
    database = create_engine(make_url(keys_database.admin).set(drivername="postgresql+psycopg2"))
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SUBJECT_KEYS.metadata) == []
    database.dispose()
