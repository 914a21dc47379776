"""Texts of strangers on their way to a row."""


def storable(text: str) -> str:
    """As PostgreSQL takes it: a file or an answer may hold the character NUL, and no text or JSON of a row does."""
    return text.replace("\x00", "\ufffd")
