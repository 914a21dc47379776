"""Engines that compute a model version, each behind the same small interface."""
