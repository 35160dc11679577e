"""`python -m audiolib`."""

from audiolib.entrypoints.cli.main import main

if __name__ == "__main__":
    main()
