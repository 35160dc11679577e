"""The command line, on the embedded default and a real generator."""

import asyncio
import json
import os
import sys
from pathlib import Path

import attrs
from tests.e2e.stack import Stack

WHO = ("--customer", "acme", "--user", "ann")


@attrs.frozen
class Ended:
    status: int | None
    out: str
    err: str


async def audiolib(stack: Stack, *arguments: str, **environment: str) -> Ended:
    settings = {
        "AUDIO_GENERATION_SERVICE_URL": stack.generator,
        "DATA_DIR": str(stack.settings.data_dir),
        "PUBLIC_URL": stack.library,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", *arguments),
        env={**os.environ, **settings, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=stack.folder.parent,
    )
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


async def test_save_list_and_play(embedded: Stack) -> None:
    """What the commands save, the service beside them serves, and the temp file is gone."""
    spoken = await embedded.generate()
    command = ("save", spoken["audio_url"], "--text", "Hello", "--voice", "tone", *WHO)
    saved = await audiolib(embedded, *command, "--tag", "a", "--tag", "b", "--title", "Greeting")
    assert saved.status == 0, saved.err
    asset = json.loads(saved.out)
    assert asset["metadata"]["tags"] == ["a", "b"]
    assert not embedded.temp_path(spoken["audio_url"]).exists()

    table = await audiolib(embedded, "list", *WHO, COLUMNS="200")
    assert (table.status, asset["id"] in table.out, "Greeting" in table.out) == (0, True, True)
    lines = await audiolib(embedded, "list", *WHO, "--json-lines")
    assert [json.loads(line)["id"] for line in lines.out.splitlines()] == [asset["id"]]

    link = await audiolib(embedded, "play-url", asset["id"], *WHO, "--expires-in", "60")
    async with embedded.http.get(link.out.strip()) as answer:
        assert answer.status == 200
        assert len(await answer.read()) == asset["size"]


async def test_refusals_are_one_line_and_status_1(embedded: Stack) -> None:
    missing = await audiolib(
        embedded, "save", "/temp/no.wav", "--text", "x", "--voice", "tone", *WHO
    )
    assert (missing.status, missing.out) == (1, "")
    assert missing.err.startswith("source_not_found: ")
    bad = await audiolib(embedded, "list", "--customer", "../x", "--user", "ann")
    assert bad.status == 1
    assert bad.err.startswith("invalid_request: customer_id")
    assert "Traceback" not in missing.err + bad.err


async def test_the_doctor_says_what_is_well_and_what_is_wrong(embedded: Stack) -> None:
    well = await audiolib(embedded, "doctor")
    assert well.status == 0, well.out
    assert well.out.count("ok   ") == 4
    ill = await audiolib(
        embedded,
        "doctor",
        AUDIO_GENERATION_SERVICE_URL="http://127.0.0.1:9",
        OBJECT_STORE="s3",
        S3_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID="k",
        AWS_SECRET_ACCESS_KEY="s",
    )
    assert ill.status == 1
    assert [line[:5] for line in ill.out.splitlines()] == ["ok   ", "WRONG", "WRONG", "ok   "]
    assert "Traceback" not in ill.err


async def test_the_demo_holds_what_it_promises(embedded: Stack, tmp_path: Path) -> None:
    shown = await audiolib(
        embedded, "demo", "--voice", "tone", "--text", "Hello", "--data-dir", str(tmp_path / "d")
    )
    assert shown.status == 0, shown.out + shown.err
    assert shown.out.count("\nok: ") == 5
    assert "\nTo keep them running:\n" in shown.out
    assert " keys create --customer customer_123 " in shown.out.splitlines()[-1]
    refused = await audiolib(embedded, "demo", "--voice", "nobody", "--data-dir", str(tmp_path))
    assert refused.status == 1
    assert "FAILED: POST /audio/generate" in refused.out
