"""Reading uploaded tables: parsed in a sandbox, written anew as Parquet, described."""
