"""Several files, one after the other: what keeps one of them from being read does not keep the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from archiver.cli.options import say, trouble
from archiver.errors import ArchiverError


class Failures:
    """Collects what the exit status has to say: whether something was `found`, and whether a file could not be read."""

    def __init__(self) -> None:
        self.found = False
        self._status = 0

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Say what cannot go on, and go on with the next."""
        try:
            yield
        except ArchiverError as error:
            say(str(error))
            self._status = max(self._status, error.exit_status)
        except OSError as error:
            say(trouble(error))
            self._status = ArchiverError.exit_status

    def exit(self) -> None:
        """End the command: 3 before 1 before 0."""
        click.get_current_context().exit(self._status or int(self.found))
