"""What tinytag reads from a file's own description of itself."""

from io import BytesIO
from typing import TYPE_CHECKING

from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError
from audiolib.ports.audio_inspector import Inspection

if TYPE_CHECKING:
    from tinytag import TinyTag

_HEAD = 256 * 1024


def tag_of(data: bytes) -> "TinyTag":
    """Raises: NotAudioError when the data make no sense."""
    from tinytag import TinyTag, TinyTagException  # WAV and MP3 need none of it

    try:
        return TinyTag.get(file_obj=BytesIO(data), tags=False)
    except TinyTagException as unreadable:
        raise NotAudioError("the container can't be read") from unreadable


class FlacInspection(Inspection):
    """STREAMINFO, the first block, has everything (RFC 9639, section 8.2); a streamed FLAC leaves
    its length out."""

    format = AudioFormat.FLAC

    def __init__(self) -> None:
        self._head = bytearray()

    def feed(self, chunk: bytes) -> None:
        if len(self._head) < _HEAD:
            self._head += chunk[: _HEAD - len(self._head)]

    def finish(self) -> AudioProperties:
        return properties_of(tag_of(bytes(self._head)), AudioFormat.FLAC)


def properties_of(tag: "TinyTag", audio_format: AudioFormat) -> AudioProperties:
    """Raises: NotAudioError when there is no audio track."""
    if not tag.samplerate or not tag.channels:
        raise NotAudioError(f"the {audio_format.value} file has no audio")
    return AudioProperties(
        format=audio_format,
        duration=tag.duration or None,
        sample_rate=tag.samplerate,
        channels=tag.channels,
    )
