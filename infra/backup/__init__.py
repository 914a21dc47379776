"""Backup and restore: one folder with a dump of the database, every object of the store, and a manifest of hashes."""
