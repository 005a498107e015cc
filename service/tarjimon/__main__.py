"""`python -m tarjimon`: the command line."""

from tarjimon.cli import main

if __name__ == "__main__":
    main()
