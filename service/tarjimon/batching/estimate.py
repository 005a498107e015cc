"""How long batches take and how much is written: learned from what the engine just did."""

from __future__ import annotations

_DECAY = 0.97
"""Weight that a batch keeps when the next one is learned: about the last 30 count."""


class BatchTimes:
    """Seconds of a batch as a x steps + b x tokens, by least squares with forgetting.

    A decoder takes one step per output position, whatever the batch's width, and each token adds some work.
    Two terms let a machine that has only seen single sentences expect the right thing of a full batch.
    """

    def __init__(self) -> None:
        self._ss = self._st = self._tt = self._sy = self._ty = 0.0
        self._tokens = self._seconds = self._batches = self._steps = 0.0

    @property
    def known(self) -> bool:
        """Whether any batch was learned."""
        return self._seconds > 0.0

    @property
    def tokens_per_second(self) -> float:
        """Recent tokens per second of one busy worker; 0.0 while nothing is known."""
        return self._tokens / self._seconds if self._seconds else 0.0

    def learn(self, steps: int, tokens: int, seconds: float) -> None:
        """Add a batch: output positions of its longest hypothesis, source + output tokens, duration."""
        seconds = max(seconds, 1e-6)
        self._ss = self._ss * _DECAY + steps * steps
        self._st = self._st * _DECAY + steps * tokens
        self._tt = self._tt * _DECAY + tokens * tokens
        self._sy = self._sy * _DECAY + steps * seconds
        self._ty = self._ty * _DECAY + tokens * seconds
        self._tokens = self._tokens * _DECAY + tokens
        self._seconds = self._seconds * _DECAY + seconds
        self._batches = self._batches * _DECAY + 1.0
        self._steps = self._steps * _DECAY + steps

    def predict(self, steps: float, tokens: float) -> float:
        """Seconds that such a batch would take on one worker; 0.0 while nothing is known."""
        per_step, per_token = self._coefficients()
        return per_step * steps + per_token * tokens

    def predict_queue(self, tokens: int, batch_tokens: int) -> float:
        """Seconds that one worker needs for so many tokens in full batches; 0.0 while nothing is known."""
        if not self.known:
            return 0.0
        batches = -(-tokens // batch_tokens)
        return self.predict(batches * self._steps / self._batches, tokens)

    def _coefficients(self) -> tuple[float, float]:
        if not self.known:
            return 0.0, 0.0
        determinant = self._ss * self._tt - self._st * self._st
        if determinant > 1e-3 * self._ss * self._tt:
            per_step = (self._sy * self._tt - self._ty * self._st) / determinant
            per_token = (self._ty * self._ss - self._sy * self._st) / determinant
            if per_step >= 0.0 and per_token >= 0.0:
                return per_step, per_token
            if per_token > 0.0:
                return 0.0, self._ty / self._tt
            if per_step > 0.0:
                return self._sy / self._ss, 0.0
        return 0.0, self._ty / self._tt if self._tt else 0.0


class OutputLengths:
    """Expected output tokens of a segment, from the recent ratio of output to source."""

    def __init__(self, ratio: float = 1.25, floor: int = 4) -> None:
        self._source = 400.0
        self._output = 400.0 * ratio
        self._floor = floor

    def learn(self, source: int, output: int) -> None:
        """Add a batch's sums of source and output tokens."""
        self._source = self._source * _DECAY + source
        self._output = self._output * _DECAY + output

    def expect(self, source: int, limit: int) -> int:
        """Tokens that a segment of so many source tokens will probably be written in; 1 to `limit`."""
        return max(1, min(limit, self._floor + int(source * self._output / self._source)))
