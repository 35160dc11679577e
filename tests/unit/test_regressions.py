"""Promises that were once broken, and what showed it."""

import asyncio
import contextlib
import itertools
import os
import struct
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from audiolib.adapters.inspect.wav import WavInspection
from audiolib.adapters.shared.group_commit import GroupCommit
from audiolib.domain.model.errors import InvalidRequestError, NotAudioError
from audiolib.domain.model.links import SignedLink
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.secrets import signing_keys
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.conditional_requests import range_of
from audiolib.entrypoints.http.shapes import time_shape
from audiolib.testing import wav

KEY = "acme/ann/audio/0190a0a0-0b0c-7d0d-8e0e-0123456789ab.wav"


def save(**fields: Any) -> SaveAudio:
    tenant = Tenant(customer_id="acme", user_id="ann")
    return SaveAudio(tenant=tenant, audio_url="/temp/a.wav", text="Hello.", voice="v", **fields)


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param(b"RIFF\0\0\0\0WAVE", id="zeros instead of chunks"),
        pytest.param(wav(), id="zeros after the samples"),
    ],
)
def test_a_mebibyte_after_a_wav_header_takes_no_tenth_of_a_second(prefix: bytes) -> None:
    stream = WavInspection()
    stream.feed(prefix)
    began = time.process_time()
    with contextlib.suppress(NotAudioError):
        stream.feed(bytes(1024 * 1024))
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("length", "samples"), list(itertools.product([0, (1 << 64) - 1], [0, 0xFFFF_FFFF])), ids=hex
)
def test_an_rf64_that_was_streamed_is_as_long_as_what_came(length: int, samples: int) -> None:
    head = struct.pack("<4sI4s", b"RF64", 0xFFFF_FFFF, b"WAVE")
    long = struct.pack("<4sIQQQI", b"ds64", 28, length, length, length, 0)
    tone = wav(1.0)
    stream = WavInspection()
    stream.feed(head + long + tone[12:40] + struct.pack("<I", samples) + tone[44:])
    assert stream.finish().duration == 1.0


@pytest.mark.parametrize("fields", [{"speed": 1}, {"speed": 2}, {"duration": 3}], ids=str)
def test_a_number_with_and_without_a_fraction_is_the_same_request(fields: dict[str, int]) -> None:
    bases = AllowedSources(["http://gen.test"])
    whole = save(**fields)
    same = save(**{name: float(value) for name, value in fields.items()})
    temp_file = whole.temp_file(bases)
    assert whole.idempotency(temp_file).fingerprint == same.idempotency(temp_file).fingerprint


@pytest.mark.parametrize("field", ["speed", "duration"])
def test_an_integer_too_long_to_print_is_a_fault_of_its_field(field: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        save(**{field: 10**5000})
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("part", ["signature", "type", "name"])
def test_a_query_with_a_lone_surrogate_shuts_the_link(part: str) -> None:
    query = {"expires": "1893456000", "type": "audio/wav", "name": "a.wav", "signature": "0" * 64}
    now = datetime(2029, 1, 1, tzinfo=UTC)
    assert SignedLink.opened(KEY, query | {part: "\udcff"}, secrets=[b"secret"], now=now) is None


@pytest.mark.parametrize("header", ["bytes=1 2-30", "bytes=0-1 0", "by tes=0-1"])
def test_a_range_with_spaces_within_its_words_counts_as_the_whole(header: str) -> None:
    assert range_of(header, None, '"abc"') is None


@pytest.mark.parametrize("name", ["AUDIO_GENERATION_SERVICE_URL", "AUDIO_SOURCE_BASES"])
def test_the_password_in_a_refused_url_is_not_shown(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.read({name: "http://user:hunter2@gen.test"})
    assert "hunter2" not in str(refused.value)


def test_times_are_shown_in_utc_wherever_they_were_written() -> None:
    there = datetime(2030, 1, 2, 18, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert time_shape(there) == "2030-01-02T12:30:00.000Z"


def test_two_containers_whose_processes_have_one_pid_read_one_signing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.read({"DATA_DIR": str(tmp_path)})
    really_open, others = os.open, list[bytes]()

    def overtaken(*args: Any, **named: Any) -> int:
        monkeypatch.undo()
        descriptor = really_open(*args, **named)
        others.append(signing_keys(settings))
        return descriptor

    monkeypatch.setattr(os, "open", overtaken)
    ours = signing_keys(settings)
    assert others == [ours]
    assert signing_keys(settings) == ours


async def test_a_writer_that_is_cancelled_leaves_no_caller_waiting() -> None:
    async def write(group: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    commits = GroupCommit[int, int](write, most=1)
    tasks = [asyncio.create_task(commits.submit(item)) for item in (1, 2)]
    _, waiting = await asyncio.wait(tasks, timeout=0.5)
    for task in waiting:
        task.cancel()
    assert not waiting


async def test_a_writer_that_forgets_a_result_leaves_no_caller_waiting() -> None:
    async def write(group: Sequence[int]) -> Sequence[int]:
        return group[1:]

    commits = GroupCommit[int, int](write)
    tasks = [asyncio.create_task(commits.submit(item)) for item in (1, 2)]
    _, waiting = await asyncio.wait(tasks, timeout=0.5)
    for task in waiting:
        task.cancel()
    assert not waiting
