"""What operators do, on each pair of stores: audit, rebuild, copy, migrate, clean up."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.stack import ANN, Stack, running_stack, until
from tests.resilience.corruption.damage import Vandal
from tests.resilience.corruption.rounds import audit
from tests.servers import MongoServer, S3Server
from tests.stores import EMBEDDED, server_environment

from audiolib.domain.model.audit import Action, FindingKind, Progress
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.transfer.copy_library import CopyLibrary
from audiolib.entrypoints.bootstrap.gather import gather
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.testing import wav

BOB = ANN | {"x-user-id": "bob"}
LONG = wav(400)  # several parts of an upload
STRAY = "acme/ann/audio/01902f9e-7d00-7000-8000-000000000000.wav"


async def saved(stack: Stack, number: int, data: bytes | None = None) -> dict[str, Any]:
    data = data or wav(0.2 + number / 100)
    url = stack.temp_file(f"o{number}.wav", data)
    headers = BOB if number % 3 == 2 else ANN
    status, body, _ = await stack.save(
        url, headers=headers, text=f"Text {number}", tags=[f"t{number}"]
    )
    assert status == 201, body
    return body


async def heard(stack: Stack, asset: dict[str, Any]) -> bytes:
    headers = {"x-customer-id": asset["customer_id"], "x-user-id": asset["user_id"]}
    status, body, _ = await stack.get(f"/audio-library/{asset['asset_id']}/audio", headers=headers)
    assert status == 200
    return body


async def test_an_audit_beside_running_saves_has_no_false_alarm(stack: Stack) -> None:
    saves = asyncio.gather(*(saved(stack, number) for number in range(30)))
    while not saves.done():
        assert await audit(stack) == []
    await saves
    assert await audit(stack, verify=True) == []


async def test_what_lies_in_the_bucket_unexplained_is_kept_and_told(stack: Stack) -> None:
    vandal = await Vandal.of(stack.container)
    await saved(stack, 0)
    await vandal.write(STRAY, wav(1))
    await vandal.begin_upload(STRAY.replace("0000.wav", "0001.wav"))
    findings = {f.kind: f.action for f in await audit(stack, repair=False)}
    assert findings == {
        FindingKind.UNEXPLAINED_OBJECT: Action.QUARANTINED,
        FindingKind.UNFINISHED_UPLOAD: Action.ENDED,
    }
    (left,) = await audit(stack, dry_run=True)
    assert (left.kind, left.subject) == (FindingKind.QUARANTINED, STRAY)
    assert await vandal.read(STRAY) == wav(1)
    quarantine = (await resolve(stack.container.library())).quarantine
    asset = await quarantine.restore(AssetId(STRAY[15:-4]))
    status, body, _ = await stack.get(f"/audio-library/{asset.id}/audio")
    assert (status, body) == (200, wav(1))


async def test_a_lost_database_is_rebuilt_from_the_bucket(stack: Stack) -> None:
    before = [await saved(stack, number) for number in range(6)]
    before.append(await saved(stack, 7, LONG))
    sounds = [await heard(stack, each["asset"]) for each in before]
    await (await Vandal.of(stack.container)).drop_documents()
    assert (await stack.get(f"/audio-library/{before[0]['id']}"))[0] == 404
    reindex = (await resolve(stack.container.library())).reindex
    progress = Progress()
    findings = [finding async for finding in reindex(progress)]
    assert [finding.action for finding in findings] == [Action.REBUILT] * 7
    assert await audit(stack, verify=True) == []
    for each, sound in zip(before, sounds, strict=True):
        headers = {name: each["asset"][name[2:].replace("-", "_")] for name in ANN}
        _, body, _ = await stack.get(f"/audio-library/{each['id']}", headers=headers)
        again = json.loads(body)["asset"]
        same = ("id", "name", "size", "duration", "metadata", "sha256", "created_at", "audio")
        assert {name: again[name] for name in same} == {n: each["asset"][n] for n in same}
        assert await heard(stack, again) == sound
    # Objects keep requests secret, so a repeated one is new; its temp file was deleted long ago.
    status, body, _ = await stack.save("/temp/o0.wav", text="Text 0", tags=["t0"])
    assert (status, body["code"]) == (422, "source_not_found")


async def test_an_older_database_is_repaired(stack: Stack) -> None:
    assets = [await saved(stack, number) for number in range(3)]
    await (await Vandal.of(stack.container)).drop_documents(assets[1]["id"])
    (finding,) = await audit(stack, repair=True)
    assert finding.action is Action.REBUILT
    assert await heard(stack, assets[1]["asset"]) == wav(0.21)


@pytest.fixture
async def both(
    tmp_path: Path, aws_keys: None, s3_server: S3Server, mongo_server: MongoServer
) -> AsyncIterator[tuple[Stack, Stack]]:
    """The product on the embedded pair, and on the servers."""
    servers = server_environment(s3_server, mongo_server, "motor") | {"S3_BUCKET": "audiolib-copy"}
    async with (
        running_stack(EMBEDDED, tmp_path / "one") as embedded,
        running_stack(servers, tmp_path / "two") as on_servers,
    ):
        yield embedded, on_servers
        store = await on_servers.store()
        for found in [found async for found in store.list_objects()]:
            await (await Vandal.of(on_servers.container)).remove(found.key)


async def copying(source: Stack, target: Stack) -> CopyLibrary:
    there = (await resolve(target.container.library())).rebuild
    return CopyLibrary(
        source=await source.store(),
        inventory=await resolve(source.container.inventory()),
        store=await target.store(),
        repo=await target.repo(),
        now=there.now,
        gather=gather,
    )


async def test_a_library_moves_to_the_servers_and_back(
    both: tuple[Stack, Stack], tmp_path: Path
) -> None:
    embedded, servers = both
    assets = [await saved(embedded, number) for number in range(9)]
    assets.append(await saved(embedded, 10, LONG))
    sounds = [await heard(embedded, each["asset"]) for each in assets]
    progress = Progress()
    assert [f async for f in (await copying(embedded, servers))(progress)] == []
    assert (progress.done, progress.skipped) == (10, 0)
    assert [f async for f in (await copying(embedded, servers))(progress)] == []
    assert (progress.done, progress.skipped) == (10, 10)
    assert await audit(servers, verify=True) == []
    async with running_stack(EMBEDDED, tmp_path / "three") as third:
        assert [f async for f in (await copying(servers, third))(Progress())] == []
        assert await audit(third, verify=True) == []
        for each, sound in zip(assets, sounds, strict=True):
            there = await _asset(servers, each)
            back = await _asset(third, each)
            unchanged = {name: each["asset"][name] for name in back if name != "storage"}
            assert {name: back[name] for name in unchanged} == unchanged
            assert {name: there[name] for name in unchanged} == unchanged
            assert await heard(third, back) == await heard(servers, there) == sound


async def test_a_copy_that_was_broken_off_goes_on(both: tuple[Stack, Stack]) -> None:
    embedded, servers = both
    assets = [await saved(embedded, number) for number in range(3)]
    assets.append(await saved(embedded, 4, LONG))
    vandal = await Vandal.of(servers.container)
    # An object whose document was not written yet, and the beginning of an upload.
    await vandal.write(assets[0]["storage"]["key"], wav(0.2))
    key = assets[3]["storage"]["key"]
    await vandal.begin_upload(key)
    await vandal.write(f"{key}.claim", b"")
    assert [f async for f in (await copying(embedded, servers))(Progress())] == []
    assert await audit(servers, verify=True) == []
    assert await heard(servers, assets[3]["asset"]) == LONG


async def test_a_copy_carries_no_damage(both: tuple[Stack, Stack]) -> None:
    embedded, servers = both
    assets = [await saved(embedded, number) for number in range(4)]
    at_source, at_target = [await Vandal.of(stack.container) for stack in both]
    await at_source.flip(assets[0]["storage"]["key"], 5000)
    await at_source.remove(assets[1]["storage"]["key"])
    await at_target.write(assets[3]["storage"]["key"], b"other bytes")
    findings = [f async for f in (await copying(embedded, servers))(Progress())]
    assert {finding.subject: finding.kind for finding in findings} == {
        assets[0]["storage"]["key"]: FindingKind.WRONG_DIGEST,
        assets[1]["storage"]["key"]: FindingKind.MISSING_OBJECT,
        assets[3]["storage"]["key"]: FindingKind.WRONG_DIGEST,
    }
    tenant = Tenant(customer_id="acme", user_id="bob")
    repo = await servers.repo()
    assert await repo.get(tenant, AssetId(assets[2]["id"])) is not None
    assert (await servers.get(f"/audio-library/{assets[0]['id']}"))[0] == 404


async def _asset(stack: Stack, like: dict[str, Any]) -> dict[str, Any]:
    asset = like["asset"]
    headers = {"x-customer-id": asset["customer_id"], "x-user-id": asset["user_id"]}
    _, body, _ = await stack.get(f"/audio-library/{like['id']}", headers=headers)
    found: dict[str, Any] = json.loads(body)["asset"]
    return found


async def command(stack: Stack, *arguments: str) -> tuple[int | None, list[Any], str]:
    settings = {
        "AUDIO_GENERATION_SERVICE_URL": stack.generator,
        "DATA_DIR": str(stack.settings.data_dir),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", *arguments),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=stack.folder.parent,
    )
    out, err = await process.communicate()
    lines = out.decode().splitlines()
    if "--json-lines" in arguments:
        return process.returncode, [json.loads(line) for line in lines], err.decode()
    return process.returncode, lines, err.decode()


async def test_the_commands_of_an_audit(embedded: Stack) -> None:
    vandal = await Vandal.of(embedded.container)
    assets = [await saved(embedded, number) for number in range(4)]
    status, lines, _ = await command(embedded, "reconcile", "--verify")
    assert (status, len(lines)) == (0, 1)
    assert "no problems found" in lines[0]
    await vandal.flip(assets[0]["storage"]["key"], 4000)
    await vandal.write(STRAY, wav(1))
    status, lines, _ = await command(embedded, "reconcile", "--verify", "--json-lines")
    assert status == 3
    assert {line["kind"]: line["action"] for line in lines[:-1]} == {
        "wrong_digest": "none",
        "unexplained_object": "quarantined",
    }
    assert lines[-1]["summary"]["left"] == 2
    status, lines, _ = await command(embedded, "scrub", "--shares", "1", "--json-lines")
    assert (status, lines[0]["kind"]) == (3, "wrong_digest")
    status, lines, _ = await command(embedded, "quarantine", "list", "--json-lines")
    assert [line["key"] for line in lines] == [STRAY]
    assert (await command(embedded, "quarantine", "discard", STRAY[15:-4]))[0] == 0
    status, _, said = await command(embedded, "quarantine", "restore", STRAY[15:-4])
    assert (status, said.split(":")[0]) == (1, "asset_not_found")
    await vandal.drop_documents(assets[1]["id"])
    status, lines, _ = await command(embedded, "reindex", "--json-lines")
    assert (status, lines[0]["action"]) == (0, "rebuilt")
    status, lines, _ = await command(embedded, "migrate", "--check", "--json-lines")
    assert (status, lines[0]["summary"]["outdated"]) == (0, 0)
    assert (await command(embedded, "scrub", "--shares", "0"))[0] == 1


async def test_the_command_that_copies(embedded: Stack, tmp_path: Path) -> None:
    asset = await saved(embedded, 0)
    other = tmp_path / "other.env"
    other.write_text(f"OBJECT_STORE=filesystem\nDATA_DIR={tmp_path / 'other'}\n")
    there = ("copy", "--from", "embedded", "--to", str(other), "--json-lines")
    status, lines, said = await command(embedded, *there)
    assert (status, lines[-1]["summary"]["done"]) == (0, 1), said
    assert (tmp_path / "other" / "objects" / asset["storage"]["key"]).read_bytes() == wav(0.2)
    same = ("copy", "--from", "embedded", "--to", "embedded")
    status, _, said = await command(embedded, *same)
    assert (status, "--to" in said) == (1, True)


async def test_the_commands_for_cleanups(embedded: Stack) -> None:
    asset = await saved(embedded, 0)

    async def gone() -> bool:
        return not embedded.temp_path("/temp/o0.wav").exists()

    await until(gone, "the temp file is deleted")
    await _bury(embedded, asset["id"])
    status, lines, _ = await command(embedded, "cleanups", "list", "--json-lines")
    assert [(line["asset_id"], line["state"]) for line in lines] == [(asset["id"], "dead")]
    status, lines, _ = await command(embedded, "cleanups", "retry", asset["id"])
    assert (status, lines) == (0, ["1 are due again"])

    async def settled_again() -> bool:
        repo = await embedded.repo()
        found = await repo.get(Tenant(customer_id="acme", user_id="ann"), AssetId(asset["id"]))
        return found is not None and found.cleanup.state.value == "done"

    await until(settled_again, "the service keeps the promise at last")
    status, _, said = await command(embedded, "cleanups", "retry", asset["id"])
    assert (status, said.split(":")[0]) == (1, "asset_not_found")
    assert (await command(embedded, "cleanups", "retry"))[0] == 1
    assert (await command(embedded, "cleanups", "retry", "--all-dead"))[1] == ["0 are due again"]


async def _bury(stack: Stack, asset_id: str) -> None:
    """As if the generator had refused for good."""
    repo: Any = await stack.repo()
    dead = "json_set(document, '$.cleanup.state', 'dead', '$.cleanup.last_error', 'refused')"
    await repo.database.write(
        lambda connection: connection.execute(
            f"UPDATE assets SET document = {dead} WHERE asset_id = ?", [asset_id]
        )
    )
