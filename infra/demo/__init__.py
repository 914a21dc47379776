"""The demo: films drawn by a program, three small models, and what reviewers said about them."""
