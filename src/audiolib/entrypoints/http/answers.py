"""What answers contain; their JSON Schemas are generated from these types."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Url = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Success = Annotated[bool, Meta(extra_json_schema={"const": True})]
Failure = Annotated[bool, Meta(extra_json_schema={"const": False})]
Bytes = Annotated[int, Meta(description="bytes")]


class Storage(Struct, kw_only=True, frozen=True):
    """Where the bytes are, with a link that was signed for this answer."""

    bucket: str
    key: str
    url: Url
    url_expires_at: Time
    original_url: Annotated[str, Meta(description="the temp file that was saved")]


class AssetSpeech(Struct, kw_only=True, frozen=True):
    """What is said, by which voice, and how."""

    text: str
    voice: str
    voice_name: str
    language: str
    speed: float
    model: str
    status: Annotated[str, Meta(description="the state, for readers of documents: `saved`")]


class AssetMetadata(Struct, kw_only=True, frozen=True):
    """What people say of an asset."""

    title: str
    description: str
    tags: tuple[str, ...]
    folder: str | None
    custom: AssetSpeech


class AssetAudio(Struct, kw_only=True, frozen=True):
    """What was measured of the bytes; null where it is unknown."""

    format: str
    sample_rate: Annotated[int | None, Meta(description="Hz")]
    channels: int | None


class Asset(Struct, kw_only=True, frozen=True):
    """An asset, without the internal fields of its document."""

    id: Annotated[str, Meta(description="a UUID")]
    asset_id: Annotated[str, Meta(description="the same")]
    customer_id: str
    user_id: str
    type: Literal["audio"] = "audio"
    name: Annotated[str, Meta(description="`Audio - ` and the title")]
    size: Bytes
    duration: Annotated[float | None, Meta(description="seconds")]
    metadata: AssetMetadata
    content_type: str | None
    sha256: str | None
    audio: AssetAudio | None
    state: Annotated[str, Meta(description="`ready`")]
    created_at: Time
    updated_at: Time
    version: Annotated[int, Meta(description="grows with every change of the asset; its ETag")]
    storage: Storage


class SavedAsset(Struct, kw_only=True, frozen=True):
    """The answer to a save."""

    success: Success = True
    id: str
    storage: Storage
    asset: Asset


class AssetPage(Struct, kw_only=True, frozen=True):
    """A page of assets."""

    success: Success = True
    assets: list[Asset]
    next_cursor: Annotated[str | None, Meta(description="null at the end")]


class OneAsset(Struct, kw_only=True, frozen=True):
    """One asset."""

    success: Success = True
    asset: Asset


class Link(Struct, kw_only=True, frozen=True):
    """A presigned URL."""

    success: Success = True
    url: Url
    url_expires_at: Time


class GeneratedSpeech(Struct, kw_only=True, frozen=True):
    """A temp file, ready to be saved."""

    success: Success = True
    audio_url: str
    filename: str
    voice: str
    size: Bytes
    duration: Annotated[float, Meta(description="seconds")]
    sample_rate: Annotated[int, Meta(description="Hz")]
    content_type: Literal["audio/wav"] = "audio/wav"


class DeletedTempFile(Struct, kw_only=True, frozen=True):
    """The answer to a cleanup."""

    success: Success = True
    filename: str
    deleted: Annotated[bool, Meta(description="false when it was gone already")]


class Health(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether a service lives, or is ready."""

    success: bool
    status: str
    checks: Annotated[
        dict[str, str] | UnsetType, Meta(description="`ok`, or what is wrong, for each")
    ] = UNSET


class FieldProblem(Struct, kw_only=True, frozen=True):
    """A bad field."""

    field: str
    message: str


class Problem(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    success: Failure
    code: Annotated[str, Meta(description="stable; for programs")]
    errors: Annotated[
        list[FieldProblem] | UnsetType, Meta(description="every bad field, at most 20")
    ] = UNSET
