"""The forms of the yearly statements, one module a family: stored figures in, printed tables out."""
