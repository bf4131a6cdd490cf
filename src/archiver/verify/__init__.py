"""Checking packages: structure, fixity, schema, derivation, each an iterator of findings (`verify.verify`)."""

from archiver.verbs import callable_as

callable_as(__name__, "archiver.verify.verify")
