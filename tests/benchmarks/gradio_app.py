"""The peer: the same model behind Gradio. Runs in Gradio's own venv: `python gradio_app.py MODEL PORT [BATCH]`.

BATCH: how many requests Gradio joins at most; without it its default queue hands over one at a time.
"""

import sys
from typing import Any

import gradio  # type: ignore[import-not-found,unused-ignore]  # lives in a venv of its own
import numpy as np
import onnxruntime
from PIL import Image

CLASSES = [f"class {number}" for number in range(10)]


def main() -> None:
    model, port, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def tensor(film: Image.Image) -> Any:
        return np.asarray(film.convert("L").resize((64, 64)), np.float32)[None] / 255

    def answers(films: Any) -> list[dict[str, float]]:
        logits = session.run(None, {"film": films})[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        scores = powers / powers.sum(axis=1, keepdims=True)
        return [dict(zip(CLASSES, row, strict=True)) for row in scores.tolist()]

    def one(film: Image.Image) -> dict[str, float]:
        return answers(tensor(film)[None])[0]

    def several(films: list[Image.Image]) -> list[list[dict[str, float]]]:
        return [answers(np.stack([tensor(film) for film in films]))]

    with gradio.Blocks() as page:
        film, finding = gradio.Image(type="pil", image_mode="L"), gradio.Label()
        if batch:
            gradio.Button().click(several, film, finding, api_name="predict", batch=True, max_batch_size=batch)
        else:
            gradio.Button().click(one, film, finding, api_name="predict")
    page.launch(server_name="127.0.0.1", server_port=port, quiet=True, show_error=True)


if __name__ == "__main__":
    main()
