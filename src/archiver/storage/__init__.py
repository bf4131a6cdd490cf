"""Where bytes lie: on this machine, or at a URL of an object store.

`places` has what the rest of the code speaks of, `listing` what lies in a folder; `stores` is how a store is reached.
"""

from archiver.storage.listing import Entry, Listing, scan
from archiver.storage.places import Place, Remote, files, place
from archiver.storage.stores import Status

__all__ = ["Entry", "Listing", "Place", "Remote", "Status", "files", "place", "scan"]
