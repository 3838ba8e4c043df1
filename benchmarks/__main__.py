"""`python -m benchmarks`."""

import sys

# Only here: the processes that are started load this module, too.
if __name__ == "__main__":
    from .app import main

    sys.exit(main())
