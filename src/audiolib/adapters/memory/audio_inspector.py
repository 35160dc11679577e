"""An audio inspector without dependencies."""

from audiolib.domain.model.audio import AudioFacts, AudioFormat
from audiolib.domain.model.wav_stream import WavStream
from audiolib.ports.audio_inspector import AudioInspector, Inspection


class MemoryAudioInspector(AudioInspector):
    """Measures WAV; of other formats it knows no more than that they are."""

    def begin(self, audio_format: AudioFormat) -> Inspection:
        return WavInspection() if audio_format is AudioFormat.WAV else _Unmeasured(audio_format)


class WavInspection(WavStream, Inspection):
    """The WAV reader of the domain, as an inspection."""


class _Unmeasured(Inspection):
    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format

    def feed(self, chunk: bytes) -> None:
        """Nothing to learn."""

    def finish(self) -> AudioFacts:
        return AudioFacts(format=self._format)
