"""Rules of the protocol, broken on purpose: schedules that notice none of it prove nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
# The copies are not the code whose coverage is asked for.
_UNMEASURED = {name: text for name, text in os.environ.items() if not name.startswith("COV")}
SAVE = "domain/use_cases/library/save_audio.py"
RECOVER = "domain/use_cases/background/recover_saves.py"
REPO = "adapters/memory/metadata_repo.py"
INTENTS = "adapters/memory/intent_log.py"
STORE = "adapters/memory/object_store.py"


@attrs.frozen
class Edit:
    """`old` must be there exactly once: where the code has changed, the mutant must change too."""

    file: str
    old: str
    new: str


@attrs.frozen
class Mutant:
    """`bites` is a seed at which it was noticed, where the search begins."""

    name: str
    bites: int
    edits: tuple[Edit, ...]


@attrs.frozen
class Hunted:
    """After how many schedules it was noticed, and by which promise; None if it never was."""

    mutant: str
    schedules: int
    noticed: str | None


def hunt(mutant: Mutant, folder: Path, *, first: int, most: int) -> Hunted:
    """Run schedules over a copy of the code with the mutant in it."""
    shutil.copytree(ROOT / "src" / "audiolib", folder / "audiolib")
    for edit in mutant.edits:
        path = folder / "audiolib" / edit.file
        text = path.read_text()
        assert text.count(edit.old) == 1, f"{mutant.name}: {edit.file} has changed: {edit.old!r}"
        path.write_text(text.replace(edit.old, edit.new))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.model_based.mutant_search", str(first), str(most)],
        cwd=ROOT,
        env={**_UNMEASURED, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    return Hunted(mutant.name, found["schedules"], found["noticed"])


_COPY = """\
        try:
            ready, url = await self._copy(intent, opening, duration, cleans_up=cleans_up)
        except StorageUnavailableError:
            # The client is not to wait once more for a store that does not answer.
            await self._call_off(intent, self.defer)
            raise
        except BaseException:
            await self._call_off(intent)
            raise
"""
_BEGIN = """\
        holder = await retry_if_unknown(lambda: self.repo.begin(intent.tenant, intent))
        if holder.id != intent.id and await self._takes_over(holder, intent):
            holder = await retry_if_unknown(lambda: self.repo.begin(intent.tenant, intent))
        if holder.id != intent.id:
            return await self._replay(holder, intent)
"""
_UNKNOWN = """\
        except MetadataUnavailableError as unknown:
            raise CommitUnknownError from unknown
"""
_REFUSED = """\
        if not committed:
            await self._call_off(ready)
            raise LeaseLostError
"""

MUTANTS = (
    Mutant("blob_first", 0, (Edit(SAVE, _BEGIN + _COPY, _COPY + _BEGIN),)),
    Mutant(
        "delete_on_unknown",
        0,
        (
            Edit(
                SAVE,
                _UNKNOWN,
                _UNKNOWN.replace(
                    "raise", "await self.store.sweep(ready.key_prefix)\n            raise"
                ),
            ),
        ),
    ),
    Mutant(
        "no_fence",
        0,
        (
            Edit(
                REPO,
                "        if held is not None and held.tenant == tenant:\n",
                "        if True:\n",
            ),
        ),
    ),
    Mutant(
        "delete_before_fence",
        0,
        (
            Edit(
                RECOVER,
                "        fenced = await self.intents.fence_expired(now=now, limit=self.batch)\n",
                "",
            ),
            Edit(
                RECOVER,
                "        return Recovered(fenced",
                "        fenced = await self.intents.fence_expired(now=now, limit=self.batch)\n"
                "        return Recovered(fenced",
            ),
            Edit(
                INTENTS,
                "        return [asset for _, asset in sorted(due",
                "        due += [\n"
                "            (a.attempt.lease_until, a)\n"
                "            for a in self._assets.where(lambda a: a.state is AssetState.PENDING)\n"
                "            if a.attempt.is_expired(now)\n"
                "        ]\n"
                "        return [asset for _, asset in sorted(due",
            ),
        ),
    ),
    Mutant(
        "cleanup_early",
        0,
        (
            Edit(
                SAVE,
                "            attempt=SaveAttempt(\n",
                "            cleanup=Cleanup.due(now, None),\n            attempt=SaveAttempt(\n",
            ),
        ),
    ),
    Mutant(
        "no_verify",
        0,
        (
            Edit(
                SAVE,
                "(stored.size, stored.sha256) != (content.size, content.sha256) or facts is None",
                "facts is None",
            ),
        ),
    ),
    Mutant(
        "unknown_is_ok",
        0,
        (
            Edit(
                SAVE,
                "            raise CommitUnknownError from unknown\n",
                "            return SavedAudio(asset=ready, url=url)\n",
            ),
        ),
    ),
    Mutant(
        "two_writes",
        0,
        (
            Edit(
                SAVE,
                "            committed = await retry_if_unknown("
                "lambda: self.repo.commit(ready.tenant, ready))\n",
                "            bare = attrs.evolve(ready, cleanup=Cleanup())\n"
                "            committed = await retry_if_unknown(\n"
                "                lambda: self.repo.commit(ready.tenant, bare)\n"
                "            )\n"
                "            if committed:\n"
                "                await self.repo.promise(ready)\n",
            ),
            Edit(
                REPO,
                "    async def check(self)",
                "    async def promise(self, asset: AudioAsset) -> None:\n"
                "        self._assets.write(asset)\n\n"
                "    async def check(self)",
            ),
        ),
    ),
    Mutant(
        "no_unique",
        0,
        (
            Edit(
                REPO,
                "holder = earlier or self._assets.holder(tenant, intent.attempt.idempotency_key)",
                "holder = earlier",
            ),
        ),
    ),
    Mutant(
        "no_tomb",
        0,
        (
            Edit(
                RECOVER,
                "return next((at for at in due if at > now), None)",
                "return None",
            ),
        ),
    ),
    Mutant(
        "list_gc",
        0,
        (
            Edit(
                RECOVER,
                "        swept = forgotten = failed = 0\n",
                "        swept = forgotten = failed = 0\n"
                "        async for found in self.store.list_objects():\n"
                "            prefix = await self.intents.unknown(found.key)\n"
                "            if prefix is not None:\n"
                "                await self.store.sweep(prefix)\n",
            ),
            Edit(
                INTENTS,
                "    async def due_sweeps(",
                "    async def unknown(self, key):\n"
                "        from audiolib.domain.model.identifiers import ObjectKey\n"
                "        prefix = ObjectKey.parse(key).prefix\n"
                "        asset = self._assets.read(prefix.asset_id)\n"
                "        return None if asset and asset.state is AssetState.READY else prefix\n\n"
                "    async def due_sweeps(",
            ),
        ),
    ),
    Mutant(
        "no_inm",
        0,
        (
            Edit(
                STORE,
                "        if str(key) in self._objects:\n"
                '            raise ObjectExistsError(f"{key} is taken")\n',
                "",
            ),
        ),
    ),
    Mutant(
        "key_reuse",
        0,
        (
            Edit(
                SAVE,
                "            id=self.new_asset_id(),\n",
                "            id=_same(command, idempotency),\n",
            ),
            Edit(
                SAVE,
                "def _verify(",
                "def _same(command: object, idempotency: object) -> AssetId:\n"
                "    import uuid\n"
                "    name = f'{command.tenant} {idempotency}'\n"
                "    return AssetId(str(uuid.uuid5(uuid.NAMESPACE_URL, name)))\n\n\n"
                "def _verify(",
            ),
        ),
    ),
    Mutant(
        "idem_after_source",
        0,
        (
            Edit(
                SAVE,
                _BEGIN,
                "        async with self.source.open(intent.storage.original):\n            pass\n"
                + _BEGIN,
            ),
        ),
    ),
    Mutant("ack_early", 0, (Edit(SAVE, _REFUSED, ""),)),
    Mutant(
        "w1",
        0,
        (
            Edit(
                REPO,
                "            self._assets.write(asset)\n        found",
                "            self._assets.volatile.append(\n"
                "                (asset.id, self._assets.documents[asset.id])\n"
                "            )\n"
                "            self._assets.write(asset)\n        found",
            ),
        ),
    ),
)
