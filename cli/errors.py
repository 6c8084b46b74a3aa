"""Exit codes, and the one exception that ends a command with a message and a code."""

import enum


class Exit(enum.IntEnum):
    """What each exit code means; printed in the help."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PACKAGES = 3
    BUILD = 4
    RESULTS = 5
    BUSY = 6
    INTERRUPTED = 130


EXIT_CODES = """exit codes:
  0    done
  1    a test, a case, a benchmark binary or the drawing failed; the rest was done
  2    wrong usage: unknown name, bad filter, nothing matches
  3    packages are missing and were not installed
  4    configuring or building failed
  5    the results folder is unwritable or full, or holds a file that is not ours
  6    another report is being measured on this machine from this checkout
  130  interrupted"""


class Failure(Exception):
    """Ends the command: `message` goes to stderr, `code` is the exit code."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code = code


class Interrupted(BaseException):
    """A signal asked this process to end; raised so that `finally` blocks clean up."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number
