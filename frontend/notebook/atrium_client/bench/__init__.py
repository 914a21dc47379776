"""The bench in a notebook's cell: the component of the server's page, with this kernel in the place of the page."""

from .widget import Bench

__all__ = ["Bench"]
