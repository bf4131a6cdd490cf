"""Packing: a capture to its outcome (`process`), a shard of them to WARC files, the shards to a package (`run`)."""

from archiver.verbs import callable_as

callable_as(__name__, "archiver.pack.run")
