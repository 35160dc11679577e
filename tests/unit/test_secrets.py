"""Secrets: long enough, replaceable without a pause, and private on disk."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audiolib import Tenant
from audiolib.adapters.filesystem.upload import make_folders
from audiolib.adapters.memory import MemoryRecords
from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.adapters.sqlite import open_sqlite
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.secrets import secrets_in
from audiolib.entrypoints.config.settings import Settings

ANN = Tenant(customer_id="acme", user_id="ann")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


def keys(store: RecordApiKeyStore, *peppers: bytes) -> ApiKeys:
    return ApiKeys(store=store, peppers=peppers, now=lambda: NOW, random_bytes=os.urandom)


async def test_api_keys_survive_the_replacement_of_their_secret() -> None:
    store = RecordApiKeyStore(MemoryRecords())
    _, used = await keys(store, OLD).create(ANN)
    _, unused = await keys(store, OLD).create(ANN)
    assert await keys(store, NEW).authenticate(used.to_string()) is None
    for _ in range(2):
        assert await keys(store, NEW, OLD).authenticate(used.to_string())
    assert await keys(store, NEW).authenticate(used.to_string())
    assert await keys(store, NEW).authenticate(unused.to_string()) is None
    assert await keys(store, OLD).authenticate(used.to_string()) is None
    assert await keys(store, NEW, OLD).authenticate(unused.to_string()[:-1] + "x") is None


@pytest.mark.parametrize(
    "name", ["SIGNING_KEY", "API_KEY_SECRET", "INTERNAL_KEY", "GENERATOR_TOKEN", "JWT_SECRET"]
)
def test_secrets_have_32_characters_and_are_one_or_two(name: str) -> None:
    more = {"JWT_ISSUER": "i", "JWT_AUDIENCE": "a"}
    Settings.read({name: "x" * 32, **more})
    Settings.read({name: f"{'x' * 32}, {'y' * 40}", **more})
    for bad in ("x", "x" * 31, f"{'x' * 32},y", ",".join(["x" * 32] * 3)):
        with pytest.raises(SettingsError, match=f"{name} must be"):
            Settings.read({name: bad, **more})


async def test_what_is_made_on_disk_is_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        async with open_sqlite(tmp_path / "data" / "library.sqlite3") as database:
            await database.write(lambda c: c.execute("CREATE TABLE more (x)"))
            made = list((tmp_path / "data").iterdir())
            assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
            assert len(made) >= 2  # the write-ahead log too
        secrets_in(tmp_path / "other" / "signing.key")
        make_folders(tmp_path / "objects" / "acme" / "ann")
    finally:
        os.umask(before)
    folders = [tmp_path / name for name in ("data", "other", "objects", "objects/acme")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert stat.S_IMODE((tmp_path / "other" / "signing.key").stat().st_mode) == 0o600
