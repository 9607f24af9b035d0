"""`python -m nalmx` is `nalmx`."""

from .cli import main

raise SystemExit(main())
