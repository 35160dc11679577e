"""Where a voice's model lives: loaded when first needed, and kept off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from audiolib.domain.model.errors import SpeechUnavailableError

Model = TypeVar("Model")
Result = TypeVar("Result")

_INSTALL = 'pip install "audiolib[speech]"'


class ModelThread(Generic[Model]):
    """Runs one job at a time with the model, in the order in which they came.

    The model belongs to the one thread, so concurrent first uses need no lock; and speeches
    don't take the threads of the loop's own pool, which file work needs.
    """

    def __init__(self, name: str, load: Callable[[], Model]) -> None:
        self._name = name
        self._load = load
        self._model: Model | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"speech-{name}")

    async def run(self, job: Callable[[Model], Result]) -> Result:
        """The job's result.

        Raises: SpeechUnavailableError when the model can't be loaded; the next job tries again.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._do, job)

    def _do(self, job: Callable[[Model], Result]) -> Result:
        if self._model is None:
            self._model = self._load_model()
        return job(self._model)

    def _load_model(self) -> Model:
        try:
            return self._load()
        except ImportError as missing:
            raise SpeechUnavailableError(
                f"{self._name} needs {missing.name or 'a package'}; install it: {_INSTALL}"
            ) from missing
        except OSError as failed:
            raise SpeechUnavailableError(
                f"{self._name}'s model cannot be read, or not unpacked: {failed.strerror}"
            ) from failed
        # Model files are read by native code, which has its own exceptions.
        except Exception as failed:
            raise SpeechUnavailableError(
                f"{self._name} cannot be loaded ({type(failed).__name__}); reinstall it: {_INSTALL}"
            ) from failed
