"""Speech on its way into a temp file."""

import asyncio
import contextlib
import wave
from pathlib import Path

import attrs

from audiolib.domain.model.errors import (
    FieldError,
    InsufficientStorageError,
    InvalidRequestError,
    SpeechUnavailableError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.entrypoints.generator.temp_folder import TempFolder
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.problem_details import (
    SpeechTimeoutError,
)
from audiolib.ports.speech_synthesizer import SpeechSynthesizer


@attrs.frozen(kw_only=True)
class Recorded:
    """A finished temp file: size in bytes, duration in seconds, rate in Hz."""

    name: TempName
    size: int
    duration: float
    sample_rate: int


class Recorder:
    """Speaks one text at a time.

    At most `queue` more may wait for their turn, and of one tenant `per_tenant` in all, the one
    being spoken included. Nothing is spoken while the folder has `quota` bytes.
    """

    def __init__(
        self,
        synthesizer: SpeechSynthesizer,
        folder: TempFolder,
        limits: SpeakingLimits,
    ) -> None:
        self.folder = folder
        self._synthesizer = synthesizer
        self._limits = limits
        self._turns = LoadShedder(
            "texts to speak",
            most=1,
            most_per_tenant=limits.per_tenant,
            queue=limits.queue,
            queue_wait=None,
        )

    async def record(self, request: SpeechRequest, tenant: Tenant | None = None) -> Recorded:
        """Return the finished temp file; when cancelled, stop after the sentence being spoken.

        Raises: InvalidRequestError for too long a text; RateLimitedError or OverloadedError at
        once, when the tenant's or the whole queue is full; InsufficientStorageError, when the
        folder is; SpeechTimeoutError; what the synthesiser raises. Then nothing is left of it.
        """
        if len(request.text) > self._limits.longest_text:
            message = f"must have at most {self._limits.longest_text} characters to be spoken"
            raise InvalidRequestError(FieldError("text", message))
        async with self._turns.slot(tenant):
            if await asyncio.to_thread(self.folder.size) >= self._limits.quota:
                raise InsufficientStorageError("too many temp files wait to be saved")
            try:
                async with asyncio.timeout(self._limits.longest):
                    return await self._record(request, self.folder.new_name())
            except TimeoutError as late:
                raise SpeechTimeoutError(
                    f"speaking this text takes more than {self._limits.longest:g} seconds"
                ) from late

    async def _record(self, request: SpeechRequest, name: TempName) -> Recorded:
        part = self.folder.part(name)
        try:
            frames, rate = await self._write(request, part)
            size = part.stat().st_size
            self.folder.publish(name)
        finally:
            part.unlink(missing_ok=True)
        return Recorded(name=name, size=size, duration=frames / rate, sample_rate=rate)

    async def _write(self, request: SpeechRequest, part: Path) -> tuple[int, int]:
        with contextlib.ExitStack() as stack:
            file: wave.Wave_write | None = None
            async for pcm in self._synthesizer.speak(request):
                if file is None:
                    file = stack.enter_context(wave.open(str(part), "wb"))
                    file.setparams((1, 2, pcm.sample_rate, 0, "NONE", "not compressed"))
                await asyncio.to_thread(file.writeframes, pcm.frames)
            if file is None:
                raise SpeechUnavailableError("the voice said nothing")
            return file.getnframes(), file.getframerate()
