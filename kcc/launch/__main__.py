"""`python -m kcc.launch run|test|prove|bench`: the four commands behind `bin/`; and `translations`."""

import sys

from kcc.launch import bench, prove, run, tests, translations

COMMANDS = {
    "run": run.main,
    "test": tests.main,
    "prove": prove.main,
    "bench": bench.main,
    "translations": translations.main,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit("python -m kcc.launch " + "|".join(COMMANDS))
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
