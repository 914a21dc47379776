"""The team context, the base of tenant tables, and the migration operation that walls them in."""
