"""Whatever a path names, no file is read or deleted but a temp file."""

import asyncio
import os
from pathlib import Path

import pytest
from yarl import URL

from audiolib.testing import wav
from tests.security.hostile_names import NAMES
from tests.security.site import GENERATOR_TOKEN, Site

KEPT = wav(0.1)


async def raw(site: Site, method: bytes, path: bytes, *headers: bytes) -> tuple[int, bytes]:
    """A request as it is written, which no client of ours has made better."""
    where = URL(site.stack.generator)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    lines = [b"%s %s HTTP/1.1" % (method, path), b"Host: x", b"Connection: close"]
    lines += [b"Authorization: Bearer " + GENERATOR_TOKEN.encode(), *headers, b"", b""]
    writer.write(b"\r\n".join(lines))
    try:
        async with asyncio.timeout(5):
            answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture
def folder(site: Site) -> Path:
    """With a temp file, and others around it that must stay."""
    root = site.stack.folder
    root.mkdir(parents=True, exist_ok=True)
    for path in (root / "kept.wav", root.parent / "secret.wav", root / ".audio.wav.part"):
        path.write_bytes(KEPT)
    (root / "sub").mkdir()
    (root / "sub" / "a.wav").write_bytes(KEPT)
    return root


def everything(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root.parent)): path.read_bytes()
        for path in root.parent.rglob("*.wav*")
        if path.is_file() and "data" not in path.parts
    }


def test_the_table_is_whole() -> None:
    assert len({name for name, _ in NAMES}) == len(NAMES) >= 60


async def test_no_hostile_name_reads_or_deletes_anything(site: Site, folder: Path) -> None:
    before, told = everything(folder), {}
    for name, _ in NAMES:
        deleted, _ = await raw(site, b"DELETE", b"/api/cleanup/temp/" + name)
        read, answer = await raw(site, b"GET", b"/temp/" + name)
        assert deleted == read, name
        assert KEPT not in answer
        told[name] = deleted
    assert told == dict(NAMES)
    assert everything(folder) == before


async def test_links_are_no_temp_files(site: Site, folder: Path) -> None:
    secret = folder.parent / "secret.wav"
    (folder / "link.wav").symlink_to(secret)
    os.link(secret, folder / "hard.wav")
    (folder / "dir.wav").mkdir()
    os.mkfifo(folder / "pipe.wav")
    before = everything(folder)
    for name in (b"link.wav", b"hard.wav", b"dir.wav", b"pipe.wav", b"loop.wav"):
        assert (await raw(site, b"GET", b"/temp/" + name))[0] == 404
        status, answer = await raw(site, b"DELETE", b"/api/cleanup/temp/" + name)
        assert (status, b'"deleted":false' in answer) == (200, True)
    assert everything(folder) == before


async def test_cleaning_up_is_idempotent(site: Site, folder: Path) -> None:
    first = await raw(site, b"DELETE", b"/api/cleanup/temp/kept.wav")
    again = await raw(site, b"DELETE", b"/api/cleanup/temp/kept.wav")
    assert (first[0], again[0]) == (200, 200)
    assert b'"success":true,"filename":"kept.wav","deleted":true' in first[1]
    assert b'"success":true,"filename":"kept.wav","deleted":false' in again[1]
    assert not (folder / "kept.wav").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {GENERATOR_TOKEN}"},
        {"Authorization": GENERATOR_TOKEN},
        {"Authorization": f"Bearer {GENERATOR_TOKEN}x"},
        {"Authorization": f"Bearer  {GENERATOR_TOKEN}"},
        [("Authorization", f"Bearer {GENERATOR_TOKEN}")] * 2,
        {"X-API-Key": GENERATOR_TOKEN},
    ],
)
async def test_strangers_are_not_served(site: Site, folder: Path, headers: object) -> None:
    for method, path in (
        ("GET", "/temp/kept.wav"),
        ("HEAD", "/temp/kept.wav"),
        ("DELETE", "/api/cleanup/temp/kept.wav"),
        ("POST", "/api/generate"),
        ("GET", "/nothing"),
    ):
        answer = await site.call(method, path, headers, base=site.stack.generator)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert (folder / "kept.wav").exists()
