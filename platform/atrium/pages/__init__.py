"""What every page stands on: the shells, the parts that repeat, the words for states and times."""
