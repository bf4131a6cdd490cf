"""Where bytes lie: on this machine, or at a URL of an object store.

`places` has what the rest of the code speaks of, `listing` what lies in a folder; `stores` is how a store is reached.
"""

from archiver.storage.listing import Entry, Listing, scan
from archiver.storage.places import AHEAD, Place, Remote, beginning, files, place
from archiver.storage.stores import Status

__all__ = ["AHEAD", "Entry", "Listing", "Place", "Remote", "Status", "beginning", "files", "place", "scan"]
