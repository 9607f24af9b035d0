"""Launcher for a checkout: `python cli.py …` is `nalmx …`."""

from nalmx.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
