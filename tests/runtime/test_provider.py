"""The provider's keys: found by discovery, kept, renewed, and not asked for too often."""

import pytest

from shared.runtime.problems import answer
from shared.runtime.provider import FRESH, NOT_AGAIN, ProviderAway
from shared.runtime.tokens import TokenRefused
from tests.runtime.issuer import ANOTHER_RSA, ED25519, RSA, STAFF, Issuer

CERTS = "/realms/vcms/certs"


class Time:
    """Stands for `monotonic` in the provider."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("shared.runtime.provider.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


async def test_keys_are_fetched_once_for_many_tokens(clock: Time) -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    for _ in range(5):
        await verifier.staff(issuer.token())
    assert issuer.asked.count(CERTS) == 1


async def test_a_new_key_is_found_when_a_token_names_it(clock: Time) -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    await verifier.staff(issuer.token())
    issuer.published["two"] = ED25519
    clock.now += NOT_AGAIN + 1
    new = issuer.token(header={"kid": "two"}, key=ED25519, algorithm="EdDSA")
    assert (await verifier.staff(new)).staff == STAFF


async def test_invented_key_ids_do_not_flood_the_provider(clock: Time) -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    for number in range(20):
        with pytest.raises(TokenRefused):
            await verifier.staff(issuer.token(header={"kid": f"invented-{number}"}))
    assert issuer.asked.count(CERTS) == 1


async def test_a_withdrawn_key_stops_working_even_for_remembered_tokens(clock: Time) -> None:
    issuer = Issuer()
    verifier, token = issuer.verifier(), issuer.token()
    await verifier.staff(token)
    issuer.published = {"two": ANOTHER_RSA}
    clock.now += FRESH + 1
    await verifier.staff(token)  # starts the renewal beside itself
    renewal = verifier.provider._renewal
    assert renewal is not None
    await renewal
    with pytest.raises(TokenRefused):
        await verifier.staff(token)


async def test_old_keys_serve_while_the_provider_is_away(clock: Time) -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    await verifier.staff(issuer.token())
    issuer.away = True
    clock.now += FRESH * 10
    assert (await verifier.staff(issuer.token({"jti": "another"}))).staff == STAFF
    await verifier.provider.close()


async def test_without_any_key_the_answer_is_503_with_retry_after(clock: Time) -> None:
    issuer = Issuer(away=True)
    with pytest.raises(ProviderAway) as told:
        await issuer.verifier().staff(issuer.token())
    response = answer(told.value)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


async def test_a_provider_that_comes_back_is_used(clock: Time) -> None:
    issuer = Issuer(away=True)
    verifier = issuer.verifier()
    with pytest.raises(ProviderAway):
        await verifier.staff(issuer.token())
    issuer.away = False
    clock.now += 1
    assert (await verifier.staff(issuer.token())).staff == STAFF


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": "http://id.example/certs"},
        {"jwks_uri": None},
    ],
)
async def test_a_discovery_document_of_someone_else_gives_no_keys(lie: dict[str, object]) -> None:
    issuer = Issuer(discovery=lie)
    with pytest.raises(ProviderAway):
        await issuer.verifier().staff(issuer.token())


async def test_of_two_keys_a_token_must_name_its_own(clock: Time) -> None:
    issuer = Issuer({"one": RSA, "two": ANOTHER_RSA})
    with pytest.raises(TokenRefused):
        await issuer.verifier().staff(issuer.token(header={"kid": None}))
