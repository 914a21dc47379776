"""How a runner fails, a value before it and an answer after it, in words for people."""

from gpu_workers.protocol.messages import Failure


class RunnerFailed(Exception):
    """code: `model_crashed`, `model_out_of_memory`, `model_too_slow`, `model_failed`, or `deadline_exceeded` where the
    deadline passed before the model had begun.

    message is a sentence for people; detail, for the team only, can carry traces of an input.
    alive: the runner can go on.
    """

    def __init__(self, code: str, message: str = "", detail: str = "", *, alive: bool = False) -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        self.detail = detail
        self.alive = alive
        super().__init__(f"{self.code}: {self.message} {detail}".strip())


SENTENCES = {
    "model_crashed": "The model stopped unexpectedly.",
    "model_out_of_memory": "The model needed more memory than it may use.",
    "model_too_slow": "The model did not answer in time.",
    "deadline_exceeded": "It was not answered in its time and was stopped.",
    "model_failed": "The model reported an error on this input.",
}


class Mismatch(ValueError):
    """A value cannot become the declared tensor; the message says why."""


class Unanswered(Exception):
    """The outputs do not become the declared answer."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)

    @property
    def failure(self) -> Failure:
        return Failure(self.code, str(self))
