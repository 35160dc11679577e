"""Assets as answers show them."""

from datetime import UTC, datetime

from audiolib.domain.documents.asset_document import status_of
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.audio import AudioProperties
from audiolib.domain.model.links import PresignedUrl
from audiolib.entrypoints.http.answers import Asset, AssetAudio, AssetMetadata, AssetSpeech, Storage


def storage_shape(asset: AudioAsset, url: PresignedUrl) -> Storage:
    return Storage(
        bucket=asset.storage.bucket,
        key=str(asset.key),
        url=url.url,
        url_expires_at=time_shape(url.expires_at),
        original_url=asset.storage.original_url,
    )


def asset_shape(asset: AudioAsset, url: PresignedUrl) -> Asset:
    """Return the asset as answers show it, with a link that was signed for this one."""
    metadata, speech, audio = asset.metadata, asset.metadata.speech, asset.audio
    return Asset(
        id=str(asset.id),
        asset_id=str(asset.id),
        customer_id=asset.tenant.customer_id,
        user_id=asset.tenant.user_id,
        name=asset.name,
        size=asset.size,
        duration=asset.duration,
        metadata=AssetMetadata(
            title=metadata.title,
            description=metadata.description,
            tags=metadata.tags,
            folder=metadata.folder,
            custom=AssetSpeech(
                text=speech.text,
                voice=speech.voice,
                voice_name=speech.voice_name,
                language=speech.language,
                speed=speech.speed,
                model=speech.model,
                status=status_of(asset.state),
            ),
        ),
        content_type=asset.content_type,
        sha256=asset.sha256,
        audio=None if audio is None else _audio_shape(audio),
        state=asset.state.value,
        created_at=time_shape(asset.created_at),
        updated_at=time_shape(asset.updated_at),
        version=asset.version,
        storage=storage_shape(asset, url),
    )


def _audio_shape(audio: AudioProperties) -> AssetAudio:
    return AssetAudio(
        format=audio.format.value, sample_rate=audio.sample_rate, channels=audio.channels
    )


def time_shape(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
