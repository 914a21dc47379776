"""The kernel of Atrium: what every app stands on."""

from importlib.metadata import version

__version__ = version("atrium")
