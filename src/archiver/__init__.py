"""News articles in, a preservation package out. The public names; everything is imported when it is first used."""

__version__ = "1.0.0"
