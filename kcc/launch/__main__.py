"""`python -m kcc.launch run|test|prove|bench|backup`: the commands behind `bin/`; and `translations`."""

import sys

from kcc.launch import backup, bench, prepare, prove, run, tests, translations

COMMANDS = {
    "run": run.main,
    "test": tests.main,
    "prove": prove.main,
    "bench": bench.main,
    "backup": backup.main,
    "prepare": prepare.main,
    "translations": translations.main,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit("python -m kcc.launch " + "|".join(COMMANDS))
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
