"""Journal, releases, the DuckDB query store and its views."""
