"""Many small damages: each must be found, and none may be read as if nothing had happened."""

import random
from collections import Counter

import aiohttp

from audiolib.domain.model.audit import Finding, FindingKind, Progress
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.testing import wav
from tests.e2e.stack import ANN, Stack
from tests.resilience.corruption.damage import Vandal


async def damaged_rounds(stack: Stack, rounds: int, seed: int = 1) -> Counter[str]:
    """Saves, damages one object a round by a flipped bit or a deletion, reads it, and audits all.

    Counts `damaged`, `found` by the audit, `refused` reads, and `wrong` bytes handed on.
    """
    dice = random.Random(seed)
    vandal = await Vandal.of(stack.container)
    counts = Counter[str]()
    expected = dict[str, FindingKind]()
    originals = dict[str, bytes]()
    for number in range(rounds):
        data = wav(dice.choice([0.1, 1, 20]) + number / 8000)
        status, saved, _ = await stack.save(stack.temp_file(f"d{number}.wav", data))
        assert status == 201
        key = saved["storage"]["key"]
        if dice.random() < 0.5:
            await vandal.remove(key)
            expected[key] = FindingKind.MISSING_OBJECT
        else:
            await vandal.flip(key, dice.randrange(8 * len(data)))
            expected[key] = FindingKind.WRONG_DIGEST
        originals[key] = data
        counts["damaged"] += 1
        counts[await _read(stack, saved["id"], data)] += 1
    found = {finding.subject: finding.kind for finding in await audit(stack)}
    counts["found"] = sum(found.get(key) is kind for key, kind in expected.items())
    counts["false alarms"] = len(found.keys() - expected.keys())
    return counts


async def audit(stack: Stack, **how: bool) -> list[Finding]:
    reconcile = (await resolve(stack.container.library())).reconcile
    how = how or {"verify": True, "dry_run": True}
    return [finding async for finding in reconcile(Progress(), **how)]


async def _read(stack: Stack, asset_id: str, data: bytes) -> str:
    got = b""
    url = f"{stack.library}/audio-library/{asset_id}/audio"
    try:
        async with stack.http.get(url, headers=ANN) as answer:
            if answer.status == 502:
                return "refused"
            async for chunk in answer.content.iter_any():
                got += chunk
    except aiohttp.ClientPayloadError:
        return "refused" if data.startswith(got) else "wrong"
    return "wrong"
