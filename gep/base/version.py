"""The version of the program, in the one place that the package, the command and the records of a run read it from."""

__version__ = "0.1.0"
