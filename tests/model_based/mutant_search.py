"""`python -m tests.model_based.mutant_search FIRST MOST`: schedules until one breaks, as JSON."""

import json
import sys

from tests.model_based.schedules import run_schedule


def main(first: int, most: int) -> None:
    for count in range(1, most + 1):
        ran = run_schedule(first + count - 1)
        if ran.broken is not None:
            noticed = f"seed {ran.seed}: {ran.broken.splitlines()[0]}"
            print(json.dumps({"schedules": count, "noticed": noticed}))
            return
    print(json.dumps({"schedules": most, "noticed": None}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
