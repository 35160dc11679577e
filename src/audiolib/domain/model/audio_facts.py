"""What listening to the bytes told about the audio."""

import attrs

from audiolib.domain.model.audio_format import AudioFormat


@attrs.frozen(kw_only=True)
class AudioFacts:
    """Duration in seconds and sample rate in Hz; None where the container doesn't tell us."""

    format: AudioFormat
    duration: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
