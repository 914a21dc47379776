"""The cell that a newcomer copies into a notebook."""


def three_lines(url: str, project: str) -> str:
    """From a table to the debugger, with this site's address and a project's name."""
    return f'''from atrium_client import Atrium

project = Atrium("{url}", token="atr_…").project("{project}", create=True)
version = project.dataset(
    "my-rows", frame,  # a pandas or polars frame, or the path of a CSV, Parquet, Arrow or JSON lines file
    roles={{"finding": "label", "p": "probability:my-model"}})
print(version.url)'''
