"""A program of one's own with a library inside: files, bytes and temp files are saved alike."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest
from tests.e2e.stack import Stack, until

import audiolib
from audiolib import (
    AssetNotFoundError,
    AudioLibrary,
    AudioTooLargeError,
    ByteRange,
    IdempotencyConflictError,
    InvalidRequestError,
    NotAudioError,
    SaveRecording,
    Settings,
    SourceNotFoundError,
    Tenant,
    open_library,
)
from audiolib.domain.model import errors
from audiolib.testing import in_memory_library, wav

ANN = Tenant(customer_id="acme", user_id="ann")
EVE = Tenant(customer_id="acme", user_id="eve")
EXPORTS = re.compile(r"^    from (audiolib\.\S+) import (?:\(([^)]*)\)|(?:[^\n]*))$", re.MULTILINE)
EMBEDDING = Path(__file__).parents[2] / "docs" / "embedding.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", EMBEDDING.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(params=["in memory", "on disk"])
async def library(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AudioLibrary]:
    if request.param == "in memory":
        yield in_memory_library()
        return
    settings = Settings.read({"DATA_DIR": str(tmp_path / "data"), "MAX_AUDIO_BYTES": "1000000"})
    async with open_library(settings) as library:
        yield library


async def read(library: AudioLibrary, asset: audiolib.AudioAsset) -> bytes:
    async with library.open_audio(ANN, asset.id) as opened:
        return b"".join([chunk async for chunk in opened.chunks])


async def test_file_is_saved_as_it_is(library: AudioLibrary, tmp_path: Path) -> None:
    path = tmp_path / "My talk.wav"
    path.write_bytes(wav(2))
    saved = await library.save_file(path, tenant=ANN)
    assert await read(library, saved.asset) == wav(2)
    assert path.exists()
    asset = await library.get(ANN, saved.asset.id)
    speech = asset.metadata.speech
    assert (asset.metadata.title, asset.metadata.description, asset.duration) == ("My talk", "", 2)
    assert (speech.text, speech.voice, speech.model) == ("", "recording", "recording")
    assert (speech.language, asset.name) == ("und", "Audio - My talk")
    assert asset.cleanup is not None
    assert asset.cleanup.state.value == "skipped"
    assert (await library.page(ANN)).assets == (attrs.evolve(asset, blocks=None),)


async def test_bytes_are_saved_with_what_is_known_of_them(library: AudioLibrary) -> None:
    saved = await library.save_bytes(
        wav(1), tenant=ANN, text="Hello", voice="ann", title="A", tags=["x"], description="D"
    )
    metadata = saved.asset.metadata
    assert (metadata.title, metadata.description, metadata.tags) == ("A", "D", ("x",))
    assert (metadata.speech.text, metadata.speech.voice_name) == ("Hello", "ann")
    async with library.open_audio(ANN, saved.asset.id, ByteRange(0, 3)) as opened:
        assert b"".join([chunk async for chunk in opened.chunks]) == b"RIFF"
    assert (await library.presign(ANN, saved.asset.id)).url


async def test_what_is_no_audio_is_refused_and_leaves_nothing(
    library: AudioLibrary, tmp_path: Path
) -> None:
    (tmp_path / "text.wav").write_text("no audio at all")
    for refused, error in (
        (library.save_bytes(b"no audio", tenant=ANN), NotAudioError),
        (library.save_bytes(b"", tenant=ANN), NotAudioError),
        (library.save_file(tmp_path / "text.wav", tenant=ANN), NotAudioError),
        (library.save_file(tmp_path / "missing.wav", tenant=ANN), SourceNotFoundError),
        (library.save_file(tmp_path, tenant=ANN), SourceNotFoundError),
    ):
        with pytest.raises(error):
            await refused
    assert (await library.page(ANN)).assets == ()
    assert [found async for found in library.ports.store.list_objects("")] == []


async def test_limits_and_fields_are_checked(tmp_path: Path) -> None:
    settings = Settings.read({"DATA_DIR": str(tmp_path / "data"), "MAX_AUDIO_BYTES": "1000"})
    async with open_library(settings) as library:
        with pytest.raises(AudioTooLargeError):
            await library.save_bytes(wav(1), tenant=ANN)
        with pytest.raises(InvalidRequestError) as refused:
            await library.save_bytes(wav(1), tenant=ANN, title="x" * 201, language="no tag!")
        assert {fault.field for fault in refused.value.faults} == {"title", "language"}


async def test_only_a_key_makes_recordings_one(library: AudioLibrary) -> None:
    first = await library.save_bytes(wav(1), tenant=ANN, title="A")
    second = await library.save_bytes(wav(1), tenant=ANN, title="A")
    assert first.asset.id != second.asset.id
    one = await library.save_bytes(wav(1), tenant=ANN, title="A", idempotency_key="k")
    again = await library.save_bytes(wav(1), tenant=ANN, title="A", idempotency_key="k")
    assert (again.asset.id, again.replayed) == (one.asset.id, True)
    with pytest.raises(IdempotencyConflictError):
        await library.save_bytes(wav(1), tenant=ANN, title="B", idempotency_key="k")


async def test_tenants_do_not_meet(library: AudioLibrary) -> None:
    saved = await library.save_bytes(wav(1), tenant=ANN)
    with pytest.raises(AssetNotFoundError):
        await library.get(EVE, saved.asset.id)
    assert (await library.page(EVE)).assets == ()


async def test_lost_answers_lose_nothing() -> None:
    library = in_memory_library()
    library.faults.fail_after("repo.commit")
    saved = await library.save_bytes(wav(1), tenant=ANN)
    assert await read(library, saved.asset) == wav(1)


async def test_workers_clean_up_until_the_library_is_closed(
    embedded: Stack, tmp_path: Path
) -> None:
    spoken = await embedded.generate()
    settings = Settings.read(
        {
            "DATA_DIR": str(tmp_path / "own"),
            "AUDIO_GENERATION_SERVICE_URL": embedded.generator,
            "CLEANUP_INTERVAL": "0.05",
        }
    )
    before = workers()
    async with open_library(settings) as library:
        library.start_workers()
        library.start_workers()
        command = audiolib.SaveAudio(
            tenant=ANN, audio_url=spoken["audio_url"], text="Hello", voice="tone"
        )
        await library.save(command)

        async def is_gone() -> bool:
            return not embedded.temp_path(spoken["audio_url"]).exists()

        await until(is_gone, "the temp file is deleted")
        assert workers() == before + 2
    assert workers() == before


def workers() -> int:
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return sum(name in ("clean_up_forever", "recover_forever") for name in names)


async def test_in_memory_libraries_run_no_workers() -> None:
    with pytest.raises(RuntimeError, match="clean_up"):
        in_memory_library().start_workers()


def test_every_public_error_is_importable() -> None:
    found = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
    public = {name for name, value in found.items() if issubclass(value, Exception)}
    assert public <= set(audiolib.__all__)
    assert all(getattr(audiolib, name) for name in audiolib.__all__)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", audiolib.__version__)
    static = EXPORTS.findall(Path(audiolib.__file__).read_text(encoding="utf-8"))
    assert {home: names.split() for home, names in static}  # what type checkers see
    for home, names in static:
        if home == "audiolib.domain.model.errors":
            continue  # imported at once
        for name in names.replace(",", " ").split():
            assert audiolib._HOME[name] == home
    with pytest.raises(AttributeError):
        _ = audiolib.nothing  # type: ignore[attr-defined]


def test_recordings_have_the_fields_of_saves() -> None:
    saves = {field.name for field in audiolib.SaveAudio.__attrs_attrs__}
    recordings = {field.name for field in SaveRecording.__attrs_attrs__}
    assert recordings - saves == {"filename"}
    assert saves - recordings == {"audio_url"}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_of_the_documentation_run(tmp_path: Path, number: int) -> None:
    (tmp_path / "talk.wav").write_bytes(wav(1))
    if "import" not in EXAMPLES[number]:
        pytest.fail("an example must be a whole program")
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLES[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_embedding_imports_no_server_libraries() -> None:
    """With the extra `embedded` none of these is installed."""
    code = (
        "import audiolib.entrypoints.bootstrap.library, sys; from audiolib import Settings;"
        "from audiolib.entrypoints.bootstrap.library_container import build_container;"
        "build_container(Settings.read({}));"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"aiobotocore", "botocore", "motor", "pymongo", "jwt", "cyclopts", "rich", "uvloop"}
    assert heavy & set(done.stdout.split()) == set()


async def test_other_audio_under_the_same_key_is_a_conflict(tmp_path: Path) -> None:
    library, path = in_memory_library(), tmp_path / "talk.wav"
    first = await library.save_bytes(wav(1), tenant=ANN, idempotency_key="bytes")
    again = await library.save_bytes(wav(1), tenant=ANN, idempotency_key="bytes")
    assert (again.asset.id, again.replayed) == (first.asset.id, True)
    with pytest.raises(IdempotencyConflictError):
        await library.save_bytes(wav(2), tenant=ANN, idempotency_key="bytes")
    path.write_bytes(wav(1))
    await library.save_file(path, tenant=ANN, idempotency_key="file")
    assert (await library.save_file(path, tenant=ANN, idempotency_key="file")).replayed
    path.write_bytes(wav(2))
    with pytest.raises(IdempotencyConflictError):
        await library.save_file(path, tenant=ANN, idempotency_key="file")
