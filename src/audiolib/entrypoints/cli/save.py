"""`audiolib save`: one temp file into the library, without a service."""

import json
import sys

import attrs

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.progress import WatchedSource, byte_progress
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.schemas import asset_shape


def save_audio(
    audio_url: str,
    *,
    text: str,
    voice: str,
    customer: str,
    user: str,
    title: str | None = None,
    tag: tuple[str, ...] = (),
    folder: str | None = None,
    language: str = "en",
    idempotency_key: str | None = None,
) -> int:
    """Save a temp file of the generator into the library, and print the asset as JSON.

    Parameters
    ----------
    audio_url
        `/temp/NAME`, as the generator gave it.
    text
        What is said.
    voice
        By which voice.
    customer
        The customer whose library it is.
    user
        The customer's user.
    title
        A title; the text's beginning without one.
    tag
        A tag; may be repeated.
    folder
        A folder.
    language
        The text's language.
    idempotency_key
        The same key saves once, however often it is tried.
    """
    command = SaveAudio(
        tenant=Tenant(customer_id=customer, user_id=user),
        audio_url=audio_url,
        text=text,
        voice=voice,
        title=title,
        tags=tag,
        folder=folder,
        language=language,
        idempotency_key=idempotency_key,
    )
    return run(_save(Settings.from_env(), command))


async def _save(settings: Settings, command: SaveAudio) -> int:
    async with open_library(settings) as library:
        with byte_progress() as progress:
            watched = WatchedSource(library.ports.source, progress)
            saved = await attrs.evolve(library.save_audio, source=watched)(command)
        json.dump(asset_shape(saved.asset, saved.url), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
        try:
            await library.clean_up()
        except AudioLibraryError:
            pass  # it is saved; the promise is for any service to keep
    return 0
