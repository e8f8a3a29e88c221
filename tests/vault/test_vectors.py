"""What was sealed by the first version opens for ever: the bytes are fixed, not only the code."""

from shared.contracts.marks import Sealed
from shared.vault.providers import KeyFile
from shared.vault.sealing import locate, open_sealed, typed
from tests.vault.examples import CANARY, PLACE, SUBJECT, envelope

KEY = bytes(range(32))
TOKEN = Sealed(
    "AAECAwQFBgcICQoLZU6_fK2RqX7oMfL5kSz0AOyi6BjQSC0YGAiDpWkBZZI2MMKdwrFhusvbM_Cl2FM9vyXbusJIm_g"
)
WRAPPED = bytes.fromhex(
    "000102030405060708090a0b2c69bd70ae8ea970e62afce0da821306e8bdec5f"
    "9b103417530c8eee76026bd946ecffdf1a1ceb68a31b5213652b4670"
)


def test_a_value_of_the_first_version_opens() -> None:
    assert typed(open_sealed(TOKEN, KEY, PLACE, "keeper"), str) == CANARY


def test_a_key_wrapped_by_the_first_version_unwraps(key_file: KeyFile) -> None:
    assert key_file.unwrap(WRAPPED, SUBJECT) == b"k" * 32


def test_a_read_models_string_is_as_it_always_was() -> None:
    event = "01970000-0000-7000-8000-000000000001"
    assert locate(envelope(), "keeper", TOKEN) == (
        f"{SUBJECT}/shelf-{SUBJECT}/{event}/keeper/{TOKEN.token}"
    )
