"""Every endpoint, for every tenant, towards everybody's assets: only one's own are there."""

import re
import statistics
import time
from collections import Counter
from typing import Any

import pytest

from audiolib import Tenant
from audiolib.domain.model.identifiers import AssetId
from audiolib.entrypoints.gateway.app_keys import BAD_LINKS
from tests.security.site import Site

TENANTS = [
    Tenant(customer_id=customer, user_id=user)
    for customer in ("acme", "acme2", "ACME")
    for user in ("ann", "bob")
]
NOBODYS = AssetId("01a209cf-d6da-7edb-9327-5e4255bf5573")
# method, path under the asset, more headers, the status of one's own
OF_AN_ASSET: list[tuple[str, str, dict[str, str], int]] = [
    ("GET", "", {}, 200),
    ("GET", "", {"If-None-Match": '"1"'}, 304),
    ("GET", "/audio", {}, 200),
    ("HEAD", "/audio", {}, 200),
    ("GET", "/audio", {"Range": "bytes=0-3"}, 206),
    ("GET", "/audio", {"Range": "bytes=999999999-"}, 416),
    ("GET", "/url", {}, 200),
    ("GET", "/url?expires_in=60", {}, 200),
]
NOT_THERE = [("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("DELETE", "/audio")]


@pytest.fixture
async def libraries(site: Site) -> dict[Tenant, tuple[dict[str, str], dict[str, Any]]]:
    """Each tenant's key, and what was saved in its name."""
    keys = {tenant: await site.api_key(tenant) for tenant in TENANTS}
    return {
        tenant: (key, await site.saved(key, f"the words of {tenant}"))
        for tenant, key in keys.items()
    }


async def test_only_ones_own_assets_are_there(site: Site, libraries: Any) -> None:
    cells, bodies = Counter[str](), set()
    for key, _ in libraries.values():
        for owner, (owners_key, saved) in libraries.items():
            own = owners_key is key
            for method, path, headers, status in OF_AN_ASSET:
                answer = await site.call(
                    method, f"/audio-library/{saved['id']}{path}", key | headers
                )
                assert answer.status == (status if own else 404), (owner, method, path)
                if not own and method != "HEAD":
                    bodies.add(answer.body.replace(saved["id"].encode(), b"ID"))
                cells["own" if own else "another's"] += 1
        for method, path, headers, _ in OF_AN_ASSET:
            answer = await site.call(method, f"/audio-library/{NOBODYS}{path}", key | headers)
            assert answer.status == 404
            if method != "HEAD":
                bodies.add(answer.body.replace(str(NOBODYS).encode(), b"ID"))
            cells["nobody's"] += 1
    assert cells["own"] == len(TENANTS) * len(OF_AN_ASSET)
    assert cells.total() >= 288
    assert len(bodies) == 1, "another's asset must look like none at all"


async def test_what_is_no_call_is_none_for_everyone(site: Site, libraries: Any) -> None:
    for key, _ in libraries.values():
        for _, saved in libraries.values():
            for method, path in NOT_THERE:
                answer = await site.call(method, f"/audio-library/{saved['id']}{path}", key)
                assert answer.status in (404, 405)


async def test_lists_and_cursors_are_ones_own(site: Site, libraries: Any) -> None:
    cursors = {}
    for tenant, (key, saved) in libraries.items():
        more = await site.saved(key, "more")
        page = (await site.call("GET", "/audio-library?limit=1", key)).json
        assert [asset["id"] for asset in page["assets"]] == [more["id"]]
        cursors[tenant] = page["next_cursor"], saved["id"]
    for tenant, (key, _) in libraries.items():
        for cursor, _ in cursors.values():
            page = (await site.call("GET", f"/audio-library?cursor={cursor}", key)).json
            owners = {(a["customer_id"], a["user_id"]) for a in page["assets"]}
            assert owners <= {(tenant.customer_id, tenant.user_id)}


async def test_an_idempotency_key_is_ones_own(site: Site, libraries: Any) -> None:
    ids = set()
    for key, _ in libraries.values():
        body = {"text": "x", "voice": "tone"}
        spoken = await site.call("POST", "/audio/generate", key, json=body)
        body["audio_url"] = spoken.json["audio_url"]
        named = key | {"Idempotency-Key": "the-same"}
        answer = await site.call("POST", "/audio-library", named, json=body)
        assert answer.status == 201
        ids.add(answer.json["id"])
    assert len(ids) == len(TENANTS)


async def test_a_link_opens_nothing_but_what_it_was_made_for(site: Site, libraries: Any) -> None:
    site.app[BAD_LINKS]._burst = 1_000_000
    links = [saved["storage"]["url"].removeprefix(site.gateway) for _, saved in libraries.values()]
    keys = [re.match(r"/files/([^?]+)", link)[1] for link in links]  # type: ignore[index]
    for link, key in zip(links, keys, strict=True):
        assert (await site.call("GET", link)).status == 200
        for other in keys:
            if other != key:
                assert (await site.call("GET", link.replace(key, other))).status == 404
        for changed in (
            re.sub(r"expires=\d", "expires=9", link),
            link.replace("type=audio%2Fwav", "type=text%2Fhtml"),
            link.replace("name=", "name=x"),
            link[:-1],
            link.partition("&signature")[0],
        ):
            assert (await site.call("GET", changed)).status == 404


async def test_another_tenants_asset_takes_no_other_time(site: Site, libraries: Any) -> None:
    """Both are one look-up, and neither gets as far as the store."""
    (key, _), (_, theirs), *_ = libraries.values()

    async def seconds(asset_id: object) -> float:
        began = time.perf_counter()
        await site.call("GET", f"/audio-library/{asset_id}", key)
        return time.perf_counter() - began

    pairs = [(await seconds(theirs["id"]), await seconds(NOBODYS)) for _ in range(60)]
    medians = [statistics.median(times) for times in zip(*pairs, strict=True)]
    # What is noise on a busy machine is far less than reading a document more, let alone an object.
    assert 0.5 < medians[0] / medians[1] < 2
