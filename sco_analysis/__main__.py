"""``python -m sco_analysis`` is the command ``sco-analysis``."""

import sys

from .cli import main

sys.exit(main())
