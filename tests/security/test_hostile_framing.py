"""Whatever one client sends, the next one on the same connections gets its own answer, in time."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest
import pytest_asyncio

from audiolib import Tenant
from audiolib.entrypoints.gateway.app_keys import FAILURES
from tests.security.framing_differential import search
from tests.security.hostile_framing import END, ROWS, Row
from tests.security.site import ANN, Site, running_site
from tests.stores import EMBEDDED

MALLORY = Tenant(customer_id="evil", user_id="mallory")
IN_TIME = 3.0
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r]*\r\n")
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Victim:
    """A site, its user Ann with one asset, and the key of somebody else."""

    site: Site
    key: dict[str, str]
    asset: str
    mallory: bytes


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["with assertions", "without"])
async def victim(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Victim]:
    folder: Path = tmp_path_factory.mktemp("framing")
    environment = EMBEDDED | {"HEADER_TIMEOUT": "1", "BODY_TIMEOUT": "1", "WRITE_RATE": "1000"}
    if request.param == "without":
        environment |= {"INTERNAL_KEY": "", "GENERATOR_TOKEN": ""}
    async with running_site(environment, folder) as site:
        site.app[FAILURES]._burst = 1_000_000
        key = await site.api_key(ANN)
        saved = await site.saved(key)
        mallory = (await site.api_key(MALLORY))["X-API-Key"].encode()
        yield Victim(site=site, key=key, asset=saved["id"], mallory=mallory)


async def send(victim: Victim, data: bytes, *, base: str = "") -> bytes:
    """Return all that comes back until the gateway, or the service at `base`, closes."""
    host, _, port = (base or victim.site.gateway).removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        answer = b""
        async with asyncio.timeout(IN_TIME):
            try:
                while piece := await reader.read(65536):
                    answer += piece
            except ConnectionResetError:
                pass  # what was sent behind the last answer is not read
        return answer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def statuses(answers: bytes) -> list[int]:
    """Return the status of each answer; every one of ours tells its length."""
    found, at = [], 0
    while at < len(answers):
        line = _STATUS_LINE.match(answers, at)
        assert line is not None, answers[at : at + 200]
        end = answers.index(b"\r\n\r\n", at) + 4
        length = _LENGTH.search(answers, at, end)
        found.append(int(line[1]))
        at = end + (int(length[1]) if length else 0)
    return found


async def assert_served(victim: Victim) -> None:
    """Ann gets her own library, from the service and through the generator's pool."""
    async with asyncio.timeout(IN_TIME):
        page = await victim.site.call("GET", "/audio-library", victim.key)
        assert [asset["id"] for asset in page.json["assets"]] == [victim.asset]
        asset = await victim.site.call("GET", f"/audio-library/{victim.asset}", victim.key)
        assert asset.json["asset"]["customer_id"] == "acme"
        spoken = await victim.site.call(
            "POST", "/audio/generate", victim.key, json={"text": "x", "voice": "tone"}
        )
        assert spoken.status == 201


@pytest.mark.parametrize("seed", range(4))
def test_both_parsers_agree(seed: int) -> None:
    assert search(seed, 1_000) == []


def test_table_has_rows_of_every_kind() -> None:
    assert len(ROWS) >= 80
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_next_client_gets_its_own_answer(victim: Victim, row: Row) -> None:
    sent = row.sent.replace(b"KEY", victim.mallory)
    answers = await send(victim, sent + END)
    assert b"acme" not in answers
    assert victim.asset.encode() not in answers
    assert b"\r\nServer:" not in answers
    assert statuses(answers) == list(row.statuses)
    await assert_served(victim)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_pieces_make_no_difference(victim: Victim, size: int) -> None:
    host, _, port = victim.site.gateway.removeprefix("http://").partition(":")
    rows = [row for row in ROWS if row.name in ("fine: many chunks", "trailer after a body")]
    for row in rows:
        sent = row.sent.replace(b"KEY", victim.mallory) + END
        reader, writer = await asyncio.open_connection(host, int(port))
        for at in range(0, len(sent), size):
            writer.write(sent[at : at + size])
            await asyncio.sleep(0)
        async with asyncio.timeout(IN_TIME):
            answers = await reader.read()
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        assert statuses(answers) == list(row.statuses)
    await assert_served(victim)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("service", ["library", "generator"])
async def test_services_refuse_it_themselves(victim: Victim, service: str) -> None:
    """One answer, and the connection ends; who has no identity may hear that first."""
    base = getattr(victim.site.stack, service)
    refused = [row for row in ROWS if row.statuses in ((400,), (417,), (431,))]
    assert len(refused) >= 80
    for row in refused:
        answers = await send(victim, row.sent + END, base=base)
        (status,) = statuses(answers)
        assert status in (*row.statuses, 401, 404, 405), row.name
    for row in [row for row in ROWS if row.name.startswith("encoding: ")]:
        answers = await send(victim, row.sent + END, base=base)
        assert statuses(answers)[0] in (415, 401, 404, 405), row.name
    await assert_served(victim)
