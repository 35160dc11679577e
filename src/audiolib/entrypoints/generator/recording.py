"""Speech on its way into a temp file."""

import asyncio
import contextlib
import wave
from pathlib import Path

import attrs

from audiolib.domain.model.errors import InsufficientStorageError, SpeechUnavailableError
from audiolib.domain.model.naming import TempName
from audiolib.domain.model.speech_request import SpeechRequest
from audiolib.entrypoints.generator.temp_folder import TempFolder
from audiolib.entrypoints.problem import OverloadedError
from audiolib.ports.speech_synthesizer import SpeechSynthesizer


@attrs.frozen(kw_only=True)
class Recorded:
    """A finished temp file: size in bytes, duration in seconds, rate in Hz."""

    name: TempName
    size: int
    duration: float
    sample_rate: int


class Recorder:
    """Speaks one text at a time; at most `queue` more may wait for their turn, and nothing is
    spoken while the folder has `quota` bytes."""

    def __init__(
        self,
        synthesizer: SpeechSynthesizer,
        folder: TempFolder,
        *,
        queue: int,
        quota: int = 10 * 1024**3,
    ) -> None:
        self.folder = folder
        self._synthesizer = synthesizer
        self._turn = asyncio.Semaphore(1)
        self._room = queue + 1
        self._quota = quota

    async def record(self, request: SpeechRequest) -> Recorded:
        """Raises: OverloadedError at once, when the queue is full; InsufficientStorageError, when
        the folder is; what the synthesiser raises, and then nothing is left of the file."""
        if self._room == 0:
            raise OverloadedError("too many texts wait to be spoken")
        self._room -= 1
        try:
            async with self._turn:
                if await asyncio.to_thread(self.folder.size) >= self._quota:
                    raise InsufficientStorageError("too many temp files wait to be saved")
                return await self._record(request, self.folder.new_name())
        finally:
            self._room += 1

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
