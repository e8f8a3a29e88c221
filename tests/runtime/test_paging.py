"""Lists by keyset."""

import httpx

from shared.runtime.ids import new_id


async def fill(client: httpx.AsyncClient, *names: str) -> None:
    for name in names:
        headers = {"Idempotency-Key": str(new_id())}
        assert (await client.post("/houses", json={"name": name}, headers=headers)).is_success


async def test_pages_follow_one_another_without_gap_or_repeat(client: httpx.AsyncClient) -> None:
    names = [f"House {number}" for number in range(7)]
    await fill(client, *names)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/houses", params=query)).json()
        assert len(page["items"]) <= 3
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert seen == names


async def test_a_row_that_comes_between_two_pages_moves_nothing(
    client: httpx.AsyncClient,
) -> None:
    await fill(client, "B", "C", "D", "E")
    first = (await client.get("/houses?limit=2")).json()
    await fill(client, "A")
    second = (await client.get(f"/houses?limit=2&cursor={first['next']}")).json()
    assert [item["name"] for item in second["items"]] == ["D", "E"]
    assert second["next"] is None


async def test_an_exact_last_page_has_no_next(client: httpx.AsyncClient) -> None:
    await fill(client, "A", "B")
    assert (await client.get("/houses?limit=2")).json()["next"] is None
