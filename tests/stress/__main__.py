"""`python -m tests.stress`: every long run, its figures with their goals; 1 when one is missed."""

import argparse
import sys
import time
from importlib import import_module

SECTIONS = (
    *("protocol", "mutants", "races", "promises", "kills", "syscalls", "network", "damage"),
    *("security", "overload", "slow", "hang", "mutation"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"some of: {', '.join(SECTIONS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full length")
    chosen = parser.parse_args()
    print(f"{'figure':58} {'measured':>12} {'goal':>10}")
    missed = 0
    for name in chosen.sections or SECTIONS:
        began = time.monotonic()
        for figure in import_module(f"tests.stress.{name}").run(chosen.scale):
            missed += not figure.met
            measured = f"{figure.measured:.6g} {figure.unit}".rstrip()
            row = f"{name + ': ' + figure.name:58} {measured:>12} {figure.goal:>10}"
            print(f"{row}  {'ok' if figure.met else 'MISSED'}", flush=True)
        print(f"-- {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"{missed} goals missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
