"""What a function returned is not what it declared."""

from gpu_workers.protocol.texts import storable


class Unusable(Exception):
    """What was returned is not the declared answer. code: of the register; the message is a sentence for people, who
    may be guests; detail is for the team, and may hold what the function said."""

    def __init__(self, message: str, code: str = "model_failed", *, detail: str = "") -> None:
        self.code, self.detail = code, storable(detail)
        super().__init__(message)

    @property
    def told(self) -> str:
        """To the notebook."""
        return self.detail or str(self)
