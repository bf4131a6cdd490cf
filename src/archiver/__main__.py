"""`python -m archiver`."""

from archiver.cli import program

if __name__ == "__main__":
    program()
