"""Marks that one team's texts and pictures carry, and the search for them in what the other team's people receive."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import numpy as np
from PIL import Image

PNG, ZIP = b"\x89PNG", b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Mark:
    """word: stands in every text, name, address and file name. shade: the mean of every picture, give or take 30."""

    word: str
    team_id: UUID
    shade: int

    def picture(self, seed: int, side: int = 16) -> bytes:
        """Grey noise around the shade; 300 pixels a side are too much for a row, and go to the store."""
        noise = np.random.default_rng(seed).integers(-20, 21, (side, side))
        out = io.BytesIO()
        Image.fromarray((self.shade + noise).astype(np.uint8), "L").save(out, "PNG")
        return out.getvalue()

    @property
    def needles(self) -> tuple[bytes, ...]:
        return self.word.encode(), str(self.team_id).encode(), self.team_id.hex.encode()


def found_in(data: bytes, mark: Mark, said: Iterable[str] = ()) -> list[str]:
    """Which marks lie in what somebody received: as text, as pixels, or in an archive.

    said: what the receiver had sent and may read again, such as the address in a page's form.
    """
    if data.startswith(PNG):
        mean = float(np.asarray(Image.open(io.BytesIO(data)).convert("L")).mean())
        return [f"pixels of {mean:.0f}"] if abs(mean - mark.shade) <= 30 else []
    if data.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = "\n".join(archive.namelist()).encode()
            return [what for part in (names, *map(archive.read, archive.namelist())) for what in found_in(part, mark)]
    text = data.lower()
    for echo in said:
        for form in (echo, quote(echo), quote(echo, safe=""), unquote(echo)):
            text = text.replace(form.lower().encode(), b"")
    return [needle.decode() for needle in mark.needles if needle in text]


def received(answer: Any) -> bytes:
    """Headers and body of an answer, streamed or not; a picture or an archive by itself."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith((PNG, ZIP)):
        return body
    head = "\n".join(f"{name}: {value}" for name, value in answer.items())
    cookies = answer.cookies.output()
    return f"{head}\n{cookies}\n".encode() + body
