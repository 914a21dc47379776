"""Decides whose turn it is: reads job rows, hands them to workers with credit, commits what they answer."""
