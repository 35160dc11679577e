"""A plan of faults refuses what would never happen, and says what has not happened."""

import pytest

from audiolib import SaveAudio, SourceUnavailableError, Tenant
from audiolib.testing import in_memory_library

ANN = Tenant(customer_id="acme", user_id="ann")


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("store.putt", "did you mean 'store.put'"),
        ("repo.comit", "did you mean 'repo.commit'"),
        ("inspector.begin", "no port has the call"),
        ("", "no port has the call"),
    ],
)
@pytest.mark.parametrize("kind", ["fail", "fail_after", "unknown"])
def test_a_call_that_no_port_has_is_refused(kind: str, call: str, hint: str) -> None:
    faults = in_memory_library().faults
    with pytest.raises(ValueError, match=hint):
        getattr(faults, kind)(call)
    assert faults.unused == []


def test_nth_counts_from_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        in_memory_library().faults.fail("store.put", nth=0)


async def test_faults_that_did_not_happen_are_told() -> None:
    library = in_memory_library()
    library.faults.fail("source.open")
    library.faults.fail("store.put", nth=2)
    command = SaveAudio(tenant=ANN, audio_url=library.generate("a.wav"), text="a", voice="v")
    with pytest.raises(SourceUnavailableError):
        await library.save(command)
    assert library.faults.unused == ["store.put"]
    await library.save(command)
    assert library.faults.unused == ["store.put"]
