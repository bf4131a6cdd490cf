"""Where bytes lie: on this machine, or at a URL of an object store.

`places` has what the rest of the code speaks of; `stores` is how a store is reached.
"""

from archiver.storage.places import Entry, Place, Remote, files, place, scan
from archiver.storage.stores import Status

__all__ = ["Entry", "Place", "Remote", "Status", "files", "place", "scan"]
