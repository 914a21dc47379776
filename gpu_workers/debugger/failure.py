"""What cannot be asked or answered, in words for people."""


class BadQuestion(ValueError):
    """A question that does not fit the dataset. The message is a sentence that says which part, and the way out."""


class Unanswerable(Exception):
    """code: `question_refused`, `dataset_too_large`, `deadline_exceeded`, or `internal`, which is our fault.

    message is a sentence for people; detail, for the team's operators, can carry words of the table.
    """

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        self.code, self.message, self.detail = code, message, detail
        super().__init__(f"{code}: {message} {detail}".strip())
