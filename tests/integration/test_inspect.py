"""The inspector tells what real audio is, and holds against bad bytes."""

import random
import time
import tracemalloc
from collections.abc import Iterable
from functools import cache

import attrs
import pytest
from tests.integration.audio_fixtures import (
    ALL,
    FLAC,
    FRAGMENTED,
    MP3,
    OGG,
    OPUS,
    SMALL,
    WEBM,
    kept,
    made,
    with_id3v2,
)

from audiolib.adapters.inspect.inspector import inspection_of
from audiolib.adapters.inspect.sniff import detect_format
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError
from audiolib.ports.audio_inspector import SNIFF_BYTES
from audiolib.testing.contracts import AudioSample
from audiolib.testing.contracts.samples import payload, pieces

MIB = 1024 * 1024
TELLS_OF_A_CUT = [name for name in SMALL if name.startswith(("wav", "ogg", "opus", "m4a", "frag"))]

small = pytest.mark.parametrize("name", SMALL)
any_real = pytest.mark.parametrize("name", ALL)


def inspect(audio_format: AudioFormat, chunks: Iterable[bytes]) -> AudioProperties:
    inspection = inspection_of(audio_format)
    for chunk in chunks:
        inspection.feed(chunk)
    return inspection.finish()


@any_real
def test_the_format_is_told_by_the_first_bytes(name: str) -> None:
    sample = ALL[name]
    assert detect_format(sample.data[:SNIFF_BYTES]) is sample.format


@small
def test_short_audio_is_told_exactly_or_in_mp3_to_60_milliseconds(name: str) -> None:
    sample = SMALL[name]
    facts = inspect(sample.format, [sample.data])
    tolerance = 0.06 if sample.format is MP3 else 1e-6
    if sample in (FRAGMENTED, WEBM):
        assert facts.duration is None
    else:
        assert facts.duration == pytest.approx(sample.duration, abs=tolerance)


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
@any_real
def test_chunks_of_any_size_give_the_same_facts(name: str, size: int) -> None:
    sample = ALL[name]
    whole = inspect(sample.format, [sample.data])
    assert inspect(sample.format, pieces(sample.data, size)) == whole


def test_fragments_tell_rate_and_channels_but_no_duration() -> None:
    facts = inspect(AudioFormat.M4A, [FRAGMENTED.data])
    assert facts == AudioProperties(format=AudioFormat.M4A, sample_rate=22_050, channels=1)


def test_webm_tells_only_that_it_is_webm() -> None:
    assert inspect(AudioFormat.WEBM, [WEBM.data]) == AudioProperties(format=AudioFormat.WEBM)


def test_silence_behind_an_id3_tag_is_searched_quickly_for_frames() -> None:
    inspection = inspection_of(MP3)
    inspection.feed(with_id3v2(AudioSample(MP3, b"", 0, 0, 0), 100).data)
    started = time.process_time()
    for _ in range(16):
        inspection.feed(bytes(MIB))
    assert time.process_time() - started < 1
    inspection.feed(made(MP3, 1).data)
    assert inspection.finish().duration == pytest.approx(1, abs=0.06)


def entry_of(data: bytes) -> int:
    """Where the sample entry of an M4A begins: channels are 16 bytes on, the rate 24."""
    return data.index(b"mp4a", data.index(b"stsd")) + 4


def config_of(data: bytes) -> int:
    """Where the AudioSpecificConfig of an M4A by ffmpeg begins, with lengths of four bytes."""
    return data.index(b"\x05\x80\x80\x80", data.index(b"esds")) + 5


@pytest.mark.parametrize(
    ("config", "rate", "channels"),
    [
        pytest.param("1388", 22_050, 1, id="LC, mono"),
        pytest.param("1390", 22_050, 2, id="LC, stereo"),
        pytest.param("13b0", 22_050, 6, id="LC, 5.1"),
        pytest.param("13b8", 22_050, 8, id="LC, 7.1"),
        pytest.param("2b88", 22_050, 1, id="SBR, mono"),
        pytest.param("eb88", 22_050, 2, id="parametric stereo counts as two"),
        pytest.param("1380", 22_050, 2, id="channels told elsewhere: as the entry says"),
        pytest.param("1788", 22_050, 2, id="a rate of its own: as the entry says"),
        pytest.param("ffff", 22_050, 2, id="a longer config: as the entry says"),
        pytest.param("0000", 22_050, 2, id="no config: as the entry says"),
    ],
)
def test_m4a_channels_are_those_of_the_decoder(config: str, rate: int, channels: int) -> None:
    data = bytearray(kept("mono_front.m4a"))
    at = config_of(data)
    assert data[entry_of(data) + 17] == 2
    data[at : at + 2] = bytes.fromhex(config)
    facts = inspect(AudioFormat.M4A, [bytes(data)])
    assert (facts.sample_rate, facts.channels) == (rate, channels)


def test_an_m4a_rate_that_the_entry_has_no_room_for_is_the_decoders() -> None:
    data = bytearray(kept("stereo_front.m4a"))
    rate, config = entry_of(data) + 24, config_of(data)
    data[rate : rate + 4] = bytes(4)
    data[config : config + 2] = bytes.fromhex("1010")
    assert inspect(AudioFormat.M4A, [bytes(data)]).sample_rate == 96_000


@cache
def five_minutes(audio_format: AudioFormat) -> AudioSample:
    return made(audio_format, 300, rate=16_000 if audio_format is MP3 else 8000, level=0.9)


@pytest.mark.parametrize("audio_format", [MP3, FLAC, OGG, OPUS])
def test_five_minutes_are_told_in_bounded_memory(audio_format: AudioFormat) -> None:
    sample = five_minutes(audio_format)
    views = memoryview(sample.data)
    inspection = inspection_of(audio_format)
    tracemalloc.start()
    try:
        for start in range(0, len(views), 64 * 1024):
            inspection.feed(bytes(views[start : start + 64 * 1024]))
        facts = inspection.finish()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert facts.duration == pytest.approx(300, abs=0.2)
    assert most < MIB


def test_an_m4a_of_any_length_is_told_in_bounded_memory() -> None:
    front = kept("mono_front.m4a")
    media = front.index(b"mdat") - 4
    header = (1).to_bytes(4, "big") + b"mdat" + (16 + 64 * MIB).to_bytes(8, "big")
    inspection = inspection_of(AudioFormat.M4A)
    zeros = bytes(MIB)
    tracemalloc.start()
    try:
        inspection.feed(front[:media] + header)
        for _ in range(64):
            inspection.feed(zeros)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert inspection.finish().duration == 3.0
    assert most < 2 * MIB


def test_an_m4a_that_describes_itself_without_end_is_refused() -> None:
    inspection = inspection_of(AudioFormat.M4A)
    inspection.feed(kept("mono_front.m4a")[:28] + b"\x7f\xff\xff\xffmoov")
    for _ in range(7):
        inspection.feed(bytes(MIB))
    with pytest.raises(NotAudioError):
        inspection.feed(bytes(MIB))


@pytest.mark.parametrize("part", [0.02, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", TELLS_OF_A_CUT)
def test_what_tells_its_end_is_truncated_when_cut(name: str, part: float) -> None:
    sample = SMALL[name]
    with pytest.raises((SourceTruncatedError, NotAudioError)):
        inspect(sample.format, [sample.data[: int(part * len(sample.data))]])


@small
def test_cut_anywhere_no_other_error_comes(name: str) -> None:
    sample = SMALL[name]
    for kept_bytes in (*range(300), *range(300, len(sample.data), 97)):
        _inspect_bad(attrs.evolve(sample, data=sample.data[:kept_bytes]))


@small
def test_whatever_was_changed_no_other_error_comes(name: str) -> None:
    sample, chance = SMALL[name], random.Random(f"mutations of {name}")
    for _ in range(300):
        data = bytearray(sample.data)
        for _ in range(chance.randint(1, 8)):
            head = chance.random() < 0.7
            at = chance.randrange(4, min(1000, len(data)) if head else len(data))
            match chance.randrange(4):
                case 0:
                    del data[at : at + chance.randint(1, 9)]
                case 1:
                    data[at:at] = payload(chance.randint(1, 9), str(at))
                case _:
                    data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        _inspect_bad(attrs.evolve(sample, data=bytes(data)))


@small
def test_noise_after_the_first_bytes_raises_no_other_error(name: str) -> None:
    sample = SMALL[name]
    for keep in (4, 12, 28, 60, 200):
        noise = payload(20_000, f"{name} {keep}")
        _inspect_bad(attrs.evolve(sample, data=sample.data[:keep] + noise))


def _inspect_bad(sample: AudioSample) -> None:
    """However the bytes were cut, either the same error of ours comes, or the same facts."""
    whole = _outcome(sample.format, [sample.data])
    for size in (13, 4096):
        assert _outcome(sample.format, pieces(sample.data, size)) == whole
    if isinstance(whole, AudioProperties):
        assert whole.format is sample.format
        assert whole.duration is None or 0 < whole.duration < float("inf")
        assert whole.sample_rate is None or whole.sample_rate > 0
        assert whole.channels is None or whole.channels > 0


def _outcome(
    audio_format: AudioFormat, chunks: Iterable[bytes]
) -> AudioProperties | type[Exception]:
    try:
        return inspect(audio_format, chunks)
    except (NotAudioError, SourceTruncatedError) as refused:
        return type(refused)
