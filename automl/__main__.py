"""`python -m automl`: the command line."""

from automl.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
