"""The cells that a newcomer copies into a notebook."""

INSTALL = "pip install './frontend/notebook[export]'   # in a checkout of Atrium; without [export] for ONNX files only"


def ten_lines(url: str, project: str) -> str:
    """From a trained network to a link, with this site's address and a project's name."""
    return f'''from atrium_client import Atrium, Image, Label

atrium = Atrium("{url}", token="atr_…")  # or set ATRIUM_URL and ATRIUM_TOKEN
project = atrium.project("{project}", create=True)
version = project.upload(
    "my-model", model,  # a torch module, a scikit-learn estimator or an ONNX file
    inputs=[Image("film", size=(224, 224), mode="L", scale=1 / 255)],
    outputs=[Label("finding", classes=["effusion", "none"], activation="softmax")],
    example=[film])
print(version.deploy().share(role="review", expires="30d", label="Ward review"))'''
