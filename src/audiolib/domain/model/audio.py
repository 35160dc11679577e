"""The containers that are accepted, and what is measured of audio."""

import enum

import attrs


class AudioFormat(enum.Enum):
    """A container; its value is the name in documents and the extension of object keys."""

    WAV = "wav"
    MP3 = "mp3"
    FLAC = "flac"
    OGG = "ogg"
    OPUS = "opus"
    M4A = "m4a"
    WEBM = "webm"

    @property
    def extension(self) -> str:
        return self.value

    @property
    def content_type(self) -> str:
        """The media type we store and serve it under."""
        return {"mp3": "audio/mpeg", "opus": "audio/ogg", "m4a": "audio/mp4"}.get(
            self.value, f"audio/{self.value}"
        )


@attrs.frozen(kw_only=True)
class AudioProperties:
    """Duration in seconds and sample rate in Hz; None where the container does not contain them."""

    format: AudioFormat
    duration: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
