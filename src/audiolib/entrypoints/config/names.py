"""Names of settings as people write them: old ones, and misspelt ones."""

import difflib
import logging
from collections.abc import Mapping

from audiolib.entrypoints.config.declarations import SETTINGS

_SIMILAR = 0.88
_log = logging.getLogger("audiolib.config")


def with_current_names(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the values of old names under the current ones, which win."""
    found = dict(environment)
    for setting in SETTINGS:
        if setting.old_name and (value := found.pop(setting.old_name, "").strip()):
            _log.warning("%s is deprecated: use %s", setting.old_name, setting.name)
            found[setting.name] = found.get(setting.name) or value
    # The one setting that has no successor of the same meaning.
    cleaner = found.pop("TEMP_CLEANER", "").strip()
    if cleaner:
        _log.warning("TEMP_CLEANER is deprecated: use CLEANUP_TEMP_AUDIO=false instead of `none`")
    if cleaner == "none":
        found["CLEANUP_TEMP_AUDIO"] = "false"
    return found


def warn_of_misspellings(environment: Mapping[str, str]) -> None:
    """Warn of each variable that is not a setting, but very similar to one."""
    known = {setting.name for setting in SETTINGS}
    known |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    for name in sorted(environment.keys() - known):
        if similar := difflib.get_close_matches(name, known, n=1, cutoff=_SIMILAR):
            _log.warning("%s is not a setting: did you mean %s?", name, similar[0])
