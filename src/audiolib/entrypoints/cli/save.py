"""`audiolib save`: one temp file into the library, without a service."""

import json
import sys
from typing import Annotated

import attrs
import msgspec
from cyclopts import Parameter

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import rules_of
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.progress import WatchedSource, byte_progress
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.shapes import asset_shape

_RULES = rules_of(SaveAudio)


def _field(name: str) -> Parameter:
    """Return the option of a declared field."""
    return Parameter(help=_RULES[name][1])


def save_audio(
    audio_url: Annotated[str, _field("audio_url")],
    *,
    customer: Annotated[str, Parameter(help="the customer whose library it is")],
    user: Annotated[str, Parameter(help="the customer's user")],
    text: Annotated[str, _field("text")],
    voice: Annotated[str, _field("voice")],
    voice_name: Annotated[str | None, _field("voice_name")] = None,
    language: Annotated[str, _field("language")] = "en",
    speed: Annotated[float, _field("speed")] = 1.0,
    model: Annotated[str | None, _field("model")] = None,
    title: Annotated[str | None, _field("title")] = None,
    description: Annotated[str | None, _field("description")] = None,
    tag: Annotated[tuple[str, ...], _field("tags")] = (),
    folder: Annotated[str | None, _field("folder")] = None,
    duration: Annotated[float | None, _field("duration")] = None,
    idempotency_key: Annotated[str | None, _field("idempotency_key")] = None,
) -> int:
    """Save a temp file of the generator into the library, and print the asset as JSON."""
    command = SaveAudio(
        tenant=Tenant(customer_id=customer, user_id=user),
        audio_url=audio_url,
        text=text,
        voice=voice,
        voice_name=voice_name,
        language=language,
        speed=speed,
        model=model,
        title=title,
        description=description,
        tags=tag,
        folder=folder,
        duration=duration,
        idempotency_key=idempotency_key,
    )
    return run(_save(Settings.from_env(), command))


async def _save(settings: Settings, command: SaveAudio) -> int:
    async with open_library(settings) as library:
        with byte_progress() as progress:
            watched = WatchedSource(library.ports.source, progress)
            saved = await attrs.evolve(library.save_audio, source=watched)(command)
        shape = msgspec.to_builtins(asset_shape(saved.asset, saved.url))
        json.dump(shape, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
        try:
            await library.clean_up()
        except AudioLibraryError:
            pass  # it is saved; the promise is for any service to keep
    return 0
