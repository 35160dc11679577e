"""Level D: SIGKILL, ENOSPC and EIO at every call by which a save makes something last."""

from collections.abc import Iterator

from tests.resilience.crash.syscalls import FAULTS, calls_made, inject_all, missing
from tests.stress.figures import Figure


def run(scale: float) -> Iterator[Figure]:
    reason = missing()
    if reason is not None:
        print(f"   needs strace: {reason}")
        yield Figure(name="calls struck", measured=0, at_least=1)
        return
    plan = [
        (call, nth, fault)
        for call, count in calls_made().items()
        for nth in range(1, count + 1)
        for fault in FAULTS
    ]
    plan = plan[:: max(1, round(1 / scale))]
    injected = inject_all(plan)
    for each in injected:
        if each.wrong:
            print(f"   {each}")
    struck = sum(each.struck for each in injected)
    yield Figure(name="faults injected", measured=struck, at_least=0.9 * len(plan))
    for kind in ("lost", "orphan", "duplicate", "pending", "temp"):
        measured = sum(any(w.startswith(kind) for w in each.wrong) for each in injected)
        yield Figure(name=kind, measured=measured, at_least=0, at_most=0)
    others = sum(any(w.startswith(("refused", "later")) for w in each.wrong) for each in injected)
    yield Figure(name="ended otherwise than by an error of ours", measured=others, at_most=0)
