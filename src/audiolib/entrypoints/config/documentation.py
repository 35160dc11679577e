"""docs/configuration.md, generated from the declarations: `python -m` this module prints it."""

import sys

from audiolib.entrypoints.config.declarations import GROUPS, Setting

_HEAD = """\
# Configuration

Settings come from the environment and from a file `.env` in the working directory; the environment
wins. Bad values stop the start, all of them named at once. A name that looks like a misspelling of
one of these is warned about. Secrets never reach a log; each may also be the content of a file that
`NAME_FILE` names. Those with two values accept both, and sign with the first (see
[SECURITY.md](../SECURITY.md#rotating-secrets)).

S3 credentials come by the usual AWS chain (`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`,
profiles, instance roles). Motor is past its end of life: `MONGODB_DRIVER=pymongo` uses its
successor, with the same tests.

This page is generated from `src/audiolib/entrypoints/config/declarations.py` by `make docs`.
"""


def configuration_document() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, settings in GROUPS.items():
        parts.append(f"\n## {title}\n\n| variable | default | meaning |\n|---|---|---|\n")
        parts += [_row(setting) for setting in settings]
    return "".join(parts)


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    notes = ["a secret"] if setting.secret else []
    notes += [f"formerly `{setting.old_name}`"] if setting.old_name else []
    meaning = setting.meaning + (f" ({'; '.join(notes)})" if notes else "")
    return f"| `{setting.name}` | {default} | {meaning} |\n"


if __name__ == "__main__":
    sys.stdout.write(configuration_document())
