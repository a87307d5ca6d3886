"""Executes a plan over facts, in DuckDB or on the numpy and Decimal reference path, to identical stored decimals."""
