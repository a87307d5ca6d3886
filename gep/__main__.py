"""python -m gep: the command line, where no script folder is on the path."""

from gep.cli import main

main()
