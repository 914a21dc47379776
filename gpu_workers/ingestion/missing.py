"""Texts that mean a missing value among numbers, times and true or false. Among other text they stay what they are."""

MISSING = ("NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "None", "none", "NaN", "nan", "-", "?")
