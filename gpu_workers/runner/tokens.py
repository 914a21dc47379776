"""Texts to the numbers of their tokens, by files that came with an upload. Inside the sandbox only.

The package `tokenizers` reads the file and does all of it: normalising, splitting, special tokens. What the file says
of cutting and filling is taken off; the interface says both.
"""

import os
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from gpu_workers.protocol.interface import TextInput

from .tensors import Array

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside the one that asks

IDS, MASK, TYPES = "ids", "mask", "types"


class Tokenizers:
    """read: the bytes of a file of the upload by its name."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._made = lru_cache(maxsize=8)(self._make)

    def __call__(self, field: TextInput, text: str) -> dict[str, Array]:
        """ids, mask and types, each int64 of shape (1, tokens). Raises ValueError with a sentence."""
        tokenizer = self._made(field.tokenizer, field.max_tokens, field.pad_to, field.pad)
        encoded = tokenizer.encode(text)  # type: ignore[attr-defined]
        rows = {IDS: encoded.ids, MASK: encoded.attention_mask, TYPES: encoded.type_ids}
        return {what: np.asarray([row], dtype=np.int64).reshape(1, -1) for what, row in rows.items()}

    def _make(self, file: str, most: int | None, pad_to: int | None, pad: str) -> object:
        from tokenizers import Tokenizer

        data = self._read(file)
        try:
            tokenizer = Tokenizer.from_str(data.decode())
        except Exception as error:  # the package raises bare Exceptions
            raise ValueError(f"“{file}” is no file of the package tokenizers: {str(error)[:200]}") from None
        tokenizer.no_truncation()
        tokenizer.no_padding()
        if most:
            tokenizer.enable_truncation(most)
        if pad_to:
            number = tokenizer.token_to_id(pad)
            if number is None:
                raise ValueError(f"“{file}” has no token “{pad}” to fill up with; name it in `pad`")
            tokenizer.enable_padding(length=pad_to, pad_id=number, pad_token=pad)
        return tokenizer
