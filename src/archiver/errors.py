"""What cannot go on. Each class knows the exit status that the command line gives for it.

    ArchiverError                 3
    ├── NotAPackage               3   what was given is no package of a kind that we read
    ├── UnsupportedVersion        3   a package or record of a major version that we do not know
    ├── CannotRead                3   a source or a package cannot be read (gone, no permission, I/O)
    ├── CannotWrite               3   disk full, no permission, I/O: nothing half-made stands under the final name
    ├── Unreachable               3   an object store, or the way to it, fails, or refuses those who ask
    ├── Missing                   3   something outside that a command needs is not installed
    └── UsedWrongly               2   the request contradicts itself; the caller can mend it

Data that is not right is no exception but a value in the stream, a `findings.Finding`. A bug is neither: it propagates.
"""


class ArchiverError(Exception):
    """Base of everything that stops a command; `exit_status` is what the process ends with."""

    exit_status = 3


class NotAPackage(ArchiverError):
    """The path holds no package, WACZ, WARC or bag."""


class UnsupportedVersion(ArchiverError):
    """The format's major version is newer than this software."""


class CannotRead(ArchiverError):
    """A source or package cannot be read at all."""


class CannotWrite(ArchiverError):
    """The package cannot be written; the final name is untouched."""


class Unreachable(ArchiverError):
    """An object store cannot be spoken with. That one object is not there is no such thing, but an OSError."""


class Missing(ArchiverError):
    """A program that a command needs is not there; the message says what to type."""


class UsedWrongly(ArchiverError):
    """The request cannot be meant as it stands."""

    exit_status = 2
