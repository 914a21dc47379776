"""What cannot be asked, in words for people."""


class BadQuestion(ValueError):
    """A question that does not fit the dataset. The message is a sentence that says which part, and the way out."""
