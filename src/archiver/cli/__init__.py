"""The command line: parse, one call of the library, render, exit. The clock and the environment are read here alone.

`group` finds the commands; a command is a module of its own, imported when it is asked for.
"""

from archiver.cli.group import main, program

__all__ = ["main", "program"]
