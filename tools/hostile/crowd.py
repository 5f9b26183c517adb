"""People who act at once, in a process of their own: what they do to a server costs it, not its measurement."""
import multiprocessing
import os
import traceback
from collections.abc import Callable

FORK = multiprocessing.get_context("fork")
ENDS_WITHIN_S = 150  # beside the patience of whoever still waits for an answer


class Crowd:
    """Runs `work` with these arguments; what it returns is `result` once it has ended."""

    def __init__(self, niceness: int, work: Callable, *arguments) -> None:
        self.ours, theirs = FORK.Pipe(duplex=False)
        self.process = FORK.Process(target=self.run, args=(theirs, niceness, work, arguments), daemon=True)
        self.process.start()
        theirs.close()

    @staticmethod
    def run(pipe, niceness: int, work: Callable, arguments: tuple) -> None:
        os.nice(niceness)
        try:
            pipe.send((work(*arguments), None))
        except BaseException:
            pipe.send((None, traceback.format_exc()))

    def result(self):
        """Waits for its end."""
        try:
            if not self.ours.poll(ENDS_WITHIN_S):
                raise RuntimeError("does not come to its end")
            result, error = self.ours.recv()
        finally:
            self.process.kill()
            self.process.join()
        if error is not None:
            raise RuntimeError(error)
        return result
