"""For tests of what is built on audiolib: a library over the fakes, faults, time, sounds.

`audiolib.testing.contracts` has one abstract test class per port; it alone needs pytest.
"""

from audiolib.testing.clock import FakeClock, FakeIds
from audiolib.testing.faults import Fault, FaultPlan, Faults
from audiolib.testing.faulty_port import FaultyPort
from audiolib.testing.library import InMemoryLibrary, World, in_memory_library
from audiolib.testing.sounds import wav, wav_header

__all__ = [
    "FakeClock",
    "FakeIds",
    "Fault",
    "FaultPlan",
    "Faults",
    "FaultyPort",
    "InMemoryLibrary",
    "World",
    "in_memory_library",
    "wav",
    "wav_header",
]
