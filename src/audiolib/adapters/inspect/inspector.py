"""AudioInspector: one way of measuring a format."""

from audiolib.adapters.inspect.mp3 import Mp3Inspection
from audiolib.adapters.inspect.mp4 import Mp4Inspection
from audiolib.adapters.inspect.ogg import OggInspection
from audiolib.adapters.inspect.sniff import detect_format
from audiolib.adapters.inspect.tagged import FlacInspection
from audiolib.adapters.inspect.wav import WavInspection
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.ports.audio_inspector import AudioInspector, Inspection


class StreamInspector(AudioInspector):
    """Measures audio while it streams past, a few headers in memory at a time."""

    def begin(self, head: bytes) -> Inspection:
        return inspection_of(detect_format(head))


def inspection_of(audio_format: AudioFormat) -> Inspection:
    """Return what measures audio of a format that is known."""
    match audio_format:
        case AudioFormat.WAV:
            return WavInspection()
        case AudioFormat.MP3:
            return Mp3Inspection()
        case AudioFormat.FLAC:
            return FlacInspection()
        case AudioFormat.OGG | AudioFormat.OPUS:
            return OggInspection(audio_format)
        case AudioFormat.M4A:
            return Mp4Inspection()
        case AudioFormat.WEBM:
            return WebmInspection()


class WebmInspection(Inspection):
    """Streamed WebM has no duration: the client's figure is used."""

    format = AudioFormat.WEBM

    def feed(self, chunk: bytes) -> None:
        """Nothing to learn."""

    def finish(self) -> AudioProperties:
        return AudioProperties(format=AudioFormat.WEBM)
