"""Why an uploaded file is not taken."""


class Refused(Exception):
    """The file breaks a rule. rule: a stable code. reason: a sentence that says what is wrong and the way out."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule, self.reason = rule, reason
