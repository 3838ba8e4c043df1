"""`python -m benchmarks`."""

import sys

# The worker processes import this module, too.
if __name__ == "__main__":
    from .app import main

    sys.exit(main())
