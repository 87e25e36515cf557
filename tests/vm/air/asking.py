# SPDX-License-Identifier: LGPL-2.1-or-later
"""What takes several steps over a link: generators that yield what to do next and are sent what came of it, one after the other."""

from .att import AttError


class Asking:
    """do() takes what a generator yields. on_end gets ("value", result), ("refused", error code) or ("lost", None)."""

    def __init__(self, do):
        self.do = do
        self.queue = []  # (steps, on_end), the first under way

    def run(self, steps, on_end):
        self.queue.append((steps, on_end))
        if len(self.queue) == 1:
            self._advance(lambda: next(steps))

    def is_busy(self):
        return bool(self.queue)

    def answer(self, answer, refusal=None):
        """refusal: an error code instead. What nobody waits for is dropped."""
        if self.queue:
            steps, _ = self.queue[0]
            self._advance(lambda: steps.send(answer) if refusal is None else steps.throw(AttError(refusal)))

    def lose(self):
        queue, self.queue = self.queue, []
        for _, on_end in queue:
            on_end(("lost", None))

    def _advance(self, step):
        try:
            wish = step()
        except StopIteration as end:
            self._end(("value", end.value))
        except AttError as error:
            self._end(("refused", error.code))
        else:
            self.do(wish)

    def _end(self, outcome):
        _, on_end = self.queue.pop(0)
        on_end(outcome)
        if self.queue:
            self._advance(lambda: next(self.queue[0][0]))
