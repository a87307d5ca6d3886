"""python -m gep: the command line, where no script folder is on the path."""

import sys

from gep.cli import main

sys.exit(main())
