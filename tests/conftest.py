"""Fixtures for all tests, and that none is timed: a machine may be as busy as it likes."""

from hypothesis import settings

from tests.s3 import bucket, s3_server

__all__ = ["bucket", "s3_server"]

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
