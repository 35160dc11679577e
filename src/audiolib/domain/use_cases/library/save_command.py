"""What a save is asked to do."""

import attrs

from audiolib.domain.model.idempotency import Idempotency, client_key_errors
from audiolib.domain.model.metadata import (
    Metadata,
    Speech,
    as_strings,
    metadata_errors,
    speech_errors,
    title_from,
)
from audiolib.domain.model.temp_file import AllowedSources, TempFile, audio_url_errors
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import number_errors, raise_if_any

LONGEST_DURATION = 7 * 86_400.0


@attrs.frozen(kw_only=True)
class SaveAudio:
    """Save the temp file at `audio_url`, which says `text`, into the tenant's library.

    `duration` in seconds counts only where the audio has none. Fields left None get
    the defaults of `metadata`. Raises: InvalidRequestError, naming every bad field.
    """

    tenant: Tenant
    audio_url: str
    text: str = attrs.field(repr=False)
    voice: str
    voice_name: str | None = None
    language: str = "en"
    speed: float = 1.0
    model: str | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    folder: str | None = None
    duration: float | None = None
    idempotency_key: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = [*audio_url_errors(self.audio_url), *speech_errors(self), *metadata_errors(self)]
        if self.duration is not None:
            faults += number_errors("duration", self.duration, at_least=0, at_most=LONGEST_DURATION)
        if self.idempotency_key is not None:
            faults += client_key_errors(self.idempotency_key)
        raise_if_any(*faults)

    @property
    def metadata(self) -> Metadata:
        voice_name = self.voice_name or self.voice
        return Metadata(
            title=self.title or title_from(self.text),
            description=(
                f"Generated with {voice_name}" if self.description is None else self.description
            ),
            tags=self.tags,
            folder=self.folder,
            speech=Speech(
                text=self.text,
                voice=self.voice,
                voice_name=voice_name,
                language=self.language,
                speed=float(self.speed),
                model=self.model or self.voice,
            ),
        )

    def temp_file(self, bases: AllowedSources) -> TempFile:
        """Raises: ForbiddenSourceError."""
        return bases.temp_file(self.audio_url)

    def idempotency(self, temp_file: TempFile) -> Idempotency:
        """The fingerprint is over what was asked, not how: both forms of an audio_url are one."""
        request = attrs.asdict(
            self, filter=attrs.filters.exclude("tenant", "idempotency_key", "audio_url")
        )
        return Idempotency.of(
            request
            | {"base": temp_file.base, "name": str(temp_file.name)}
            # 1 and 1.0 are one speed.
            | {"speed": float(self.speed)}
            | {"duration": None if self.duration is None else float(self.duration)},
            self.idempotency_key,
        )


@attrs.frozen(kw_only=True)
class SaveRecording:
    """Save a person's own audio, a file or bytes, into the tenant's library.

    `filename` gives the title where there is none. Only with an `idempotency_key` is a repeated
    request the same asset. Raises: InvalidRequestError, naming every bad field.
    """

    tenant: Tenant
    text: str = attrs.field(default="", repr=False)
    voice: str = "recording"
    voice_name: str | None = None
    language: str = "und"
    speed: float = 1.0
    model: str | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    folder: str | None = None
    duration: float | None = None
    idempotency_key: str | None = None
    filename: str = ""

    def __attrs_post_init__(self) -> None:
        faults = [*speech_errors(self, least_text=0), *metadata_errors(self)]
        if self.duration is not None:
            faults += number_errors("duration", self.duration, at_least=0, at_most=LONGEST_DURATION)
        if self.idempotency_key is not None:
            faults += client_key_errors(self.idempotency_key)
        raise_if_any(*faults)

    @property
    def metadata(self) -> Metadata:
        stem = self.filename.rpartition(".")[0] or self.filename
        return Metadata(
            title=self.title or title_from(stem or self.text),
            description=self.description or "",
            tags=self.tags,
            folder=self.folder,
            speech=Speech(
                text=self.text,
                voice=self.voice,
                voice_name=self.voice_name or self.voice,
                language=self.language,
                speed=float(self.speed),
                model=self.model or self.voice,
            ),
        )

    def idempotency(self) -> Idempotency | None:
        """None without a key: two recordings with the same description may well differ."""
        if self.idempotency_key is None:
            return None
        request = attrs.asdict(self, filter=attrs.filters.exclude("tenant", "idempotency_key"))
        return Idempotency.of(request, self.idempotency_key)
