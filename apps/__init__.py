"""The apps of Atrium, one noun each; top may import below, never up (see ARCHITECTURE.md)."""
