"""The contract of the port AudioInspector."""

import random
import tracemalloc
from collections.abc import Iterable, Mapping

import pytest

from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError
from audiolib.ports.audio_inspector import SNIFF_BYTES, AudioInspector
from audiolib.testing.contracts.audio_samples import AudioSample, chunk, riff, wav_samples
from audiolib.testing.contracts.samples import payload, pieces
from audiolib.testing.sounds import wav, wav_header

MIB = 1024 * 1024


class AudioInspectorContract:
    """Override the fixture `inspector`: an audio inspector.

    One that measures more than WAV also overrides `samples`.
    """

    @pytest.fixture
    def inspector(self) -> AudioInspector:
        raise NotImplementedError("override the fixture `inspector`: an audio inspector")

    def samples(self) -> Mapping[str, AudioSample]:
        """Audio by name and what is true of it; asked while tests are collected."""
        return wav_samples()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "sample" in metafunc.fixturenames:
            samples = self.samples()
            metafunc.parametrize("sample", samples.values(), ids=samples.keys())

    def test_duration_rate_and_channels_are_told(
        self, inspector: AudioInspector, sample: AudioSample
    ) -> None:
        facts = _inspect(inspector, sample.format, [sample.data])
        tolerance = 1e-9 if sample.format is AudioFormat.WAV else 0.01
        assert facts.duration == pytest.approx(sample.duration, rel=tolerance)
        assert (facts.format, facts.sample_rate, facts.channels) == (
            sample.format,
            sample.sample_rate,
            sample.channels,
        )

    @pytest.mark.parametrize("size", [1, 7, 4096])
    def test_the_facts_do_not_depend_on_how_the_bytes_were_cut(
        self, inspector: AudioInspector, sample: AudioSample, size: int
    ) -> None:
        whole = _inspect(inspector, sample.format, [sample.data])
        cut = [b"", *pieces(sample.data, size), b""]
        assert _inspect(inspector, sample.format, cut) == whole

    def test_the_bytes_are_not_changed(
        self, inspector: AudioInspector, sample: AudioSample
    ) -> None:
        copy = bytearray(sample.data)
        _inspect(inspector, sample.format, [sample.data])
        assert sample.data == copy

    def test_inspections_do_not_meet(self, inspector: AudioInspector) -> None:
        short, long = inspector.begin(wav(0.5)), inspector.begin(wav(1.0, rate=16_000))
        for number in range(3):
            short.feed(pieces(wav(0.5), 4000)[number])
            long.feed(pieces(wav(1.0, rate=16_000), 15_000)[number])
        assert (short.finish().duration, long.finish().duration) == (0.5, 1.0)

    @pytest.mark.parametrize("missing", [2, 100, 2000, 3999], ids=lambda count: f"{count} bytes")
    def test_a_cut_wav_is_truncated(self, inspector: AudioInspector, missing: int) -> None:
        with pytest.raises(SourceTruncatedError):
            _inspect(inspector, AudioFormat.WAV, [wav()[:-missing]])

    @pytest.mark.parametrize("kept", [12, 20, 36, 40, 43])
    def test_a_wav_cut_in_its_header_is_refused(self, inspector: AudioInspector, kept: int) -> None:
        with pytest.raises((NotAudioError, SourceTruncatedError)):
            _inspect(inspector, AudioFormat.WAV, [wav()[:kept]])

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(wav(0), id="no samples"),
            pytest.param(wav(0, streamed=0), id="no samples, streamed"),
            pytest.param(wav_header(0, streamed=0xFFFF_FFFF), id="only a streamed header"),
            pytest.param(riff(chunk(b"data", wav()[44:])), id="no format"),
            pytest.param(riff(chunk(b"fmt ", wav()[20:36])), id="no samples chunk"),
            pytest.param(riff(), id="nothing but the magic"),
            pytest.param(
                riff(chunk(b"fmt ", bytes(16)), chunk(b"data", bytes(100))), id="zero format"
            ),
            pytest.param(
                riff(chunk(b"fmt ", b"\x01\x00"), chunk(b"data", bytes(100))), id="short format"
            ),
        ],
    )
    def test_a_wav_that_cannot_be_played_is_not_audio(
        self, inspector: AudioInspector, data: bytes
    ) -> None:
        with pytest.raises(NotAudioError):
            _inspect(inspector, AudioFormat.WAV, [data])

    @pytest.mark.parametrize("seed", range(20))
    def test_noise_after_the_magic_is_not_audio(self, inspector: AudioInspector, seed: int) -> None:
        noise = riff(payload(5000, f"noise {seed}"))
        with pytest.raises(NotAudioError):
            _inspect(inspector, AudioFormat.WAV, pieces(noise, 999))

    def test_whatever_the_header_says_no_other_error_comes(self, inspector: AudioInspector) -> None:
        chance = random.Random(2030)
        original = riff(chunk(b"LIST", b"INFO"), wav(0.1)[12:])
        for _ in range(200):
            mutated = bytearray(original)
            for _ in range(chance.randint(1, 4)):
                mutated[chance.randrange(12, 56)] = chance.choice((0, 1, 0x7F, 0xFF, 0x20, 0x64))
            try:
                facts = _inspect(inspector, AudioFormat.WAV, [bytes(mutated)])
            except (NotAudioError, SourceTruncatedError):
                continue
            assert facts.format is AudioFormat.WAV
            assert facts.duration is None or facts.duration > 0

    def test_memory_is_bounded_however_much_comes(self, inspector: AudioInspector) -> None:
        header = wav_header(0, streamed=0xFFFF_FFFF)
        inspection = inspector.begin(header)
        inspection.feed(header)
        tracemalloc.start()
        try:
            for _ in range(48):
                inspection.feed(bytes(MIB))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 16 * MIB
        assert inspection.finish().duration == 48 * MIB / 2 / 8000


def _inspect(
    inspector: AudioInspector, audio_format: AudioFormat, chunks: Iterable[bytes]
) -> AudioProperties:
    chunks = list(chunks)
    inspection = inspector.begin(b"".join(chunks)[:SNIFF_BYTES])
    assert inspection.format is audio_format
    for piece in chunks:
        inspection.feed(piece)
    return inspection.finish()
