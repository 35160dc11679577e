"""What a save is asked to do; each field with its rule and its meaning."""

from collections.abc import Collection

import attrs

from audiolib.domain.model.idempotency import CLIENT_KEY, Idempotency
from audiolib.domain.model.metadata import (
    DESCRIPTION,
    FOLDER,
    LANGUAGE,
    NAME,
    SPEED,
    TAGS,
    TEXT,
    TEXT_OR_NONE,
    TITLE,
    Metadata,
    Speech,
    as_strings,
    title_from,
)
from audiolib.domain.model.temp_file import AUDIO_URL, AllowedSources, TempFile
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import NumberRule, declare, field_errors, raise_if_any

_FIRST = frozenset(
    (
        *("text", "voice", "voice_name", "language", "speed", "model", "title", "description"),
        *("tags", "folder", "duration", "filename"),
    )
)
"""The fields of the first version."""
DURATION = NumberRule(at_least=0, at_most=7 * 86_400)


@attrs.frozen(kw_only=True)
class SaveRequest:
    """What every save says of the audio; fields left None get the defaults of `metadata`.

    Raises: InvalidRequestError, naming every bad field.
    """

    tenant: Tenant
    text: str = attrs.field(repr=False)
    voice: str
    voice_name: str | None = attrs.field(
        default=None, metadata=declare(NAME, "the voice's name; `voice` if absent")
    )
    language: str
    speed: float = attrs.field(default=1.0, metadata=declare(SPEED, "1 is the voice's own speed"))
    model: str | None = attrs.field(
        default=None, metadata=declare(NAME, "the voice's model; `voice` if absent")
    )
    title: str | None = attrs.field(
        default=None, metadata=declare(TITLE, "the beginning of the text if absent")
    )
    description: str | None = attrs.field(
        default=None, metadata=declare(DESCRIPTION, "`Generated with` the voice's name if absent")
    )
    tags: tuple[str, ...] = attrs.field(
        default=(), converter=as_strings, metadata=declare(TAGS, "words to find it by")
    )
    folder: str | None = attrs.field(
        default=None, metadata=declare(FOLDER, "where it belongs in the library")
    )
    duration: float | None = attrs.field(
        default=None,
        metadata=declare(DURATION, "seconds; used only where the audio contains none"),
    )
    idempotency_key: str | None = attrs.field(
        default=None,
        metadata=declare(CLIENT_KEY, "a repeated request with this key saves nothing again"),
    )

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))

    def asked(self, *, without: Collection[str] = ()) -> dict[str, object]:
        """What is asked for, for a fingerprint.

        Fields that were added since the first version count only where they are given, so that a
        request that was saved before an upgrade is recognised after it.
        """
        left_out = {"tenant", "idempotency_key", *without}
        return {
            field.name: value
            for field in attrs.fields(type(self))
            if field.name not in left_out
            and ((value := getattr(self, field.name)) != field.default or field.name in _FIRST)
        }

    def metadata_with(self, *, title: str, description: str) -> Metadata:
        """The metadata, with these where the request names none."""
        return Metadata(
            title=self.title or title,
            description=description if self.description is None else self.description,
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


@attrs.frozen(kw_only=True)
class SaveAudio(SaveRequest):
    """Save the temp file at `audio_url`, which says `text`, into the tenant's library."""

    audio_url: str = attrs.field(
        metadata=declare(AUDIO_URL, "`/temp/NAME` at the generator, or its base URL and that path")
    )
    text: str = attrs.field(repr=False, metadata=declare(TEXT, "what is said"))
    voice: str = attrs.field(metadata=declare(NAME, "the voice that says it"))
    language: str = attrs.field(default="en", metadata=declare(LANGUAGE, "the text's language"))

    @property
    def metadata(self) -> Metadata:
        voice_name = self.voice_name or self.voice
        return self.metadata_with(
            title=title_from(self.text), description=f"Generated with {voice_name}"
        )

    def temp_file(self, bases: AllowedSources) -> TempFile:
        """Raises: ForbiddenSourceError."""
        return bases.temp_file(self.audio_url)

    def idempotency(self, temp_file: TempFile) -> Idempotency:
        """The fingerprint is over what was asked, not how: both forms of an audio_url are one."""
        return Idempotency.of(
            self.asked(without=("audio_url",))
            | {"base": temp_file.base, "name": str(temp_file.name)}
            # 1 and 1.0 are one speed.
            | {"speed": float(self.speed)}
            | {"duration": None if self.duration is None else float(self.duration)},
            self.idempotency_key,
        )


@attrs.frozen(kw_only=True)
class SaveRecording(SaveRequest):
    """Save a person's own audio, a file or bytes, into the tenant's library.

    Only with an `idempotency_key` is a repeated request the same asset.
    """

    text: str = attrs.field(
        default="", repr=False, metadata=declare(TEXT_OR_NONE, "what is said, if it is known")
    )
    voice: str = attrs.field(default="recording", metadata=declare(NAME, "who says it"))
    language: str = attrs.field(
        default="und", metadata=declare(LANGUAGE, "the language that is spoken")
    )
    filename: str = ""
    """Gives the title where there is none."""

    @property
    def metadata(self) -> Metadata:
        stem = self.filename.rpartition(".")[0] or self.filename
        return self.metadata_with(title=title_from(stem or self.text), description="")

    def idempotency(self, sha256: str) -> Idempotency | None:
        """The fingerprint is over what was asked and the digest of the audio.

        None without a key: two recordings with the same description may well differ.
        """
        if self.idempotency_key is None:
            return None
        return Idempotency.of(self.asked() | {"sha256": sha256}, self.idempotency_key)
