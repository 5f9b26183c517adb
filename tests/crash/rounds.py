"""Rounds of a test that breaks a running server, each on what the one before left."""
import time

from load import Ledger

SKIPPED = 77  # an exit code
WAIT_SECONDS = 30


def until(what: str, condition) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {WAIT_SECONDS} s: {what}")
        time.sleep(0.02)


def run_rounds(arguments, ledger: Ledger, one_round) -> bool:
    """one_round(number) gives its problems and how many bulks were refused; the first with a problem is the last.
    True where all passed."""
    passed = failed = refused = 0
    began = time.monotonic()
    for number in range(arguments.rounds):
        try:
            problems, refusals = one_round(number)
        except AssertionError as error:
            problems, refusals = [str(error)], 0
        refused += refusals
        passed, failed = passed + (not problems), failed + bool(problems)
        if problems:
            print(f"round {number} (seed {arguments.seed}): " + "; ".join(problems[:5]))
            break
    print(f"{ledger.acknowledged} acknowledged changes, {refused} refused bulks, {time.monotonic() - began:.0f} s, "
          f"seed {arguments.seed}")
    print(f"{passed} passed, {failed} failed")
    return not failed
