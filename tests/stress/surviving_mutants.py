"""Mutants that behave as the code does, so that no test can notice them; each with its reason."""

import re

_REASONS = {
    r"ensure_ascii=": "JSON reads the same with escapes and without",
    r"thread_name_prefix=": "a name that only a debugger shows",
    r"missing_ok=": "another process would have to delete the file between two calls",
    r"\.rowcount > 0 => .*\.rowcount > 1": "what was not written is read back, and found equal",
    r"= (False|None) => .*= (None|\"\")": "both are false",
    r"O_CLOEXEC": "no other program is started while the file is open",
    r"request\.limit \+ 1\b": "the page is cut to its limit afterwards",
    r"\[text_of\(now\)\], 1\)": "it is only asked whether there is any",
    r"> (deadline|older_than)\b.* => .*>= \1\b": "they differ for one instant of the clock",
    r"astimezone\(UTC\) =>": "every time is in UTC already",
    r"prefix=f\"\.\{path\.name\}\.\"": "the file has that name for a moment only",
    r"root / \"\.probe\"|_PROBE, ": "the probe is removed again, whatever its name and size",
    r"start = \(\"\", \"\"\)": "no customer id is empty",
    r"continue +# saved and deleted meanwhile": "another process would have to delete the file",
}


def reason_for(diff: str) -> str | None:
    """Return why a mutant may survive.

    Args:
        diff: the mutant as a unified diff.

    Returns: None when a test should notice it.
    """
    lines = diff.splitlines()
    before = _changed(lines, "-")
    after = _changed(lines, "+")
    if before.lower() == after.lower():
        return "SQL, names of encodings, and wording mean the same in another letter case"
    change = f"{before} => {after}"
    return next(
        (reason for pattern, reason in _REASONS.items() if re.search(pattern, change)), None
    )


def _changed(lines: list[str], sign: str) -> str:
    changed = (line for line in lines if line.startswith(sign) and not line.startswith(sign * 3))
    return " ".join(line[1:].strip() for line in changed)
