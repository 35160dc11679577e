"""The audit that judges the chaos finds each kind of damage."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import attrs
import pytest

from tests.resilience.network.audit import Stores, audited
from tests.resilience.network.site import Site
from tests.resilience.network.writers import Ledger

LEDGER = Ledger(made={"a.wav": "aa", "b.wav": "bb"}, acknowledged={"a.wav": "1"})


def ready(asset_id: str = "1", **other: Any) -> dict[str, Any]:
    return {
        "_id": asset_id,
        "state": "ready",
        "sha256": "aa",
        "storage": {"key": f"acme/ann/audio/{asset_id}.wav", "original_url": "/temp/a.wav"},
        "cleanup": {"state": "done"},
        **other,
    }


GOOD = Stores(documents=[ready()], objects={"acme/ann/audio/1.wav": "aa"}, uploads=[])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "b.wav").touch()
    return cast("Site", SimpleNamespace(temp=tmp_path))


def test_nothing_is_wrong_where_nothing_is(site: Site) -> None:
    assert audited(site, GOOD, LEDGER).faults == {}


@pytest.mark.parametrize(
    ("kind", "stores"),
    [
        ("lost", attrs.evolve(GOOD, documents=[], objects={})),
        ("lost", attrs.evolve(GOOD, documents=[ready(state="aborted")], objects={})),
        ("damaged", attrs.evolve(GOOD, objects={})),
        ("damaged", attrs.evolve(GOOD, objects={"acme/ann/audio/1.wav": "other"})),
        ("orphans", attrs.evolve(GOOD, objects={**GOOD.objects, "acme/ann/audio/2.wav": "bb"})),
        ("uploads", attrs.evolve(GOOD, uploads=["acme/ann/audio/2.wav"])),
        ("duplicates", attrs.evolve(GOOD, documents=[ready("2"), ready()])),
        ("pending", attrs.evolve(GOOD, documents=[ready(), ready("2", state="pending")])),
        ("cleanups_undone", attrs.evolve(GOOD, documents=[ready(cleanup={"state": "dead"})])),
    ],
)
def test_each_fault_of_the_stores_is_found(site: Site, kind: str, stores: Stores) -> None:
    assert kind in audited(site, stores, LEDGER).faults


def test_temp_files_of_saved_assets_are_to_be_gone_and_all_others_there(site: Site) -> None:
    (site.temp / "a.wav").touch()
    (site.temp / "b.wav").unlink()
    assert audited(site, GOOD, LEDGER).faults == {
        "temp_files_left": ["a.wav"],
        "temp_files_missing": ["b.wav"],
    }
