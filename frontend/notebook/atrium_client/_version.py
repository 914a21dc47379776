"""The version of this client, which goes with the server of the same series."""

__version__ = "0.1.0"
