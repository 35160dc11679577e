"""What becomes of promises that a generator does not let us keep."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from audiolib.domain.model.cleanup import CleanupState
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from tests.generators import generator_app
from tests.resilience.crash.disk import command, sound
from tests.resilience.races.outage import an_hour_of_failures, failures_for_ever
from tests.resilience.races.promised import in_state
from tests.resilience.races.rounds import processes
from tests.stores import server_environment


@pytest.fixture
async def generator(tmp_path: Path) -> AsyncIterator[str]:
    """Ours, with ETags; its folder is `tmp_path`/files."""
    async with TestServer(generator_app(tmp_path / "files")) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture(params=["SQLite", "MongoDB"])
def environment(request: pytest.FixtureRequest, generator: str) -> dict[str, str]:
    chosen = {}
    if request.param == "MongoDB":
        servers = [request.getfixturevalue(name) for name in ("s3_server", "mongo_server")]
        chosen = server_environment(*servers, "pymongo") | {"OBJECT_STORE": "filesystem"}
    return chosen | {"AUDIO_GENERATION_SERVICE_URL": generator}


@pytest.fixture
async def workers(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[list[Container]]:
    """Two processes' worth; temp files are the generator's."""
    async with processes(environment, tmp_path, 2, over_http=True) as containers:
        yield containers


def generate(folder: Path, name: str, samples: int) -> bytes:
    (folder / "files").mkdir(exist_ok=True)
    (folder / "files" / f"{name}.wav").write_bytes(data := sound(samples))
    return data


@pytest.mark.parametrize("environment", ["SQLite"], indirect=True)
async def test_after_an_hour_of_failures_all_is_clean_in_a_quarter_of_an_hour(
    workers: list[Container],
) -> None:
    recovery = await an_hour_of_failures(workers, 20)
    assert (recovery.kept, recovery.deleted_twice, recovery.jitter_faults) == (20, 0, [])
    assert 1 < recovery.slowest <= 900


@pytest.mark.parametrize("environment", ["SQLite"], indirect=True)
async def test_failures_for_ever_end_dead_after_a_day(workers: list[Container]) -> None:
    assert await failures_for_ever(workers, 2) == {"dead": 2}
    dead = await in_state(workers[1], CleanupState.DEAD, 3)
    assert [asset.cleanup.last_error for asset in dead] == ["the generator answered 500"] * 2


async def test_a_newer_file_of_the_same_name_survives_a_late_delete(
    workers: list[Container], tmp_path: Path
) -> None:
    generate(tmp_path, "again", 1000)
    await (await resolve(workers[0].library())).save(command("again"))
    newer = generate(tmp_path, "again", 2000)
    (result,) = await (await resolve(workers[1].library())).clean_up()
    assert (result.state, result.error) == (CleanupState.DEAD, "the generator answered 412")
    assert (tmp_path / "files" / "again.wav").read_bytes() == newer
    assert len(await in_state(workers[0], CleanupState.DEAD, 2)) == 1
    assert await (await resolve(workers[0].library())).clean_up() == ()


async def test_without_cleanups_the_document_says_so_and_the_file_stays(
    environment: dict[str, str], tmp_path: Path
) -> None:
    generate(tmp_path, "kept", 1000)
    settings = environment | {"CLEANUP_TEMP_AUDIO": "false"}
    async with processes(settings, tmp_path, 1, over_http=True) as (container,):
        await ((await resolve(container.library())).save_audio)(command("kept"))
        assert await ((await resolve(container.library())).clean_up)() == ()
        assert len(await in_state(container, CleanupState.SKIPPED, 2)) == 1
    assert (tmp_path / "files" / "kept.wav").exists()
