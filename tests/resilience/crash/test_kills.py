"""SIGKILL at every moment of a save on disk; the long run is `python -m tests.stress kills`."""

from pathlib import Path

from audiolib.entrypoints.bootstrap.lifecycle import resolve
from tests.resilience.crash.disk import SIZES, Disk, command
from tests.resilience.crash.orders import carried_out, every_moment, random_orders
from tests.resilience.crash.verdict import verdict


def wrong(verdicts: list[dict[str, object]]) -> list[object]:
    return [v for v in verdicts if v["faults"] or v["unforeseen"]]


def test_a_save_killed_at_any_moment_loses_and_leaves_nothing() -> None:
    orders = every_moment("64 KiB")
    verdicts = carried_out(orders)
    assert wrong(verdicts) == []
    assert [v["killed"] for v in verdicts] == [1] * len(orders)
    assert 0 < sum(bool(v["saved"]) for v in verdicts) < len(orders)


def test_so_does_a_large_one_and_the_smallest() -> None:
    orders = every_moment("12 MiB")[::5] + every_moment("1 B")[::3]
    verdicts = carried_out(orders)
    assert wrong(verdicts) == []
    assert [v["killed"] for v in verdicts] == [1] * len(orders)


def test_processes_on_one_disk_do_each_other_no_harm() -> None:
    verdicts = carried_out(list(random_orders(60, seed=1)))
    assert wrong(verdicts) == []
    assert sum(bool(v["killed"]) for v in verdicts) > 20


async def test_the_verdict_notices_what_it_is_for(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.generate("a", SIZES["64 KiB"])
    async with disk.opened() as container:
        saved = await ((await resolve(container.library())).save_audio)(command("a"))
    path = disk.objects / str(saved.asset.key)
    kept = path.read_bytes()
    saves = {"a": SIZES["64 KiB"]}

    path.with_name("." + path.name + ".x.part").write_bytes(b"half")
    assert "orphan: unfinished" in " ".join((await verdict(disk, saves, [])).faults)
    path.with_name("." + path.name + ".x.part").unlink()

    stray = path.with_name(path.name.replace("0", "1"))
    stray.write_bytes(kept)
    assert f"orphan: acme/ann/audio/{stray.name}" in (await verdict(disk, saves, [])).faults
    stray.unlink()

    unknown = "01902f9e-7d00-7000-8000-000000000000"
    faults = (await verdict(disk, saves, [unknown])).faults
    assert faults == (f"lost: {unknown} was acknowledged",)
    assert (await verdict(disk, saves, [str(saved.asset.id)])).faults == ()
