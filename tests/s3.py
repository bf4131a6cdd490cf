"""The S3 server of the tests, and a bucket of its own for each test that asks for one."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket that is empty at first, seen with boto3, which is not what is under test."""

    name: str
    endpoint: str
    client: Any

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"s3://{self.name}"

    def put(self, **objects: str | bytes) -> None:
        """Lay objects: `put(**{"a/b.txt": "…"})`."""
        for key, body in objects.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def lay(self, folder: Path, prefix: str) -> None:
        """Lay the files of a folder under a prefix."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(**{f"{prefix}/{path.relative_to(folder).as_posix()}": path.read_bytes()})

    def listed(self) -> list[str]:
        """The keys of all its objects, sorted."""
        return [row["Key"] for row in self.client.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def unfinished(self) -> list[str]:
        """The keys of uploads that were begun, and neither completed nor aborted."""
        return [row["Key"] for row in self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", ())]

    def fail(self, kind: str, method: str, count: int = 1) -> None:
        """Let the next `count` requests of a method fail: `503`, or `reset`."""
        self._ask("POST", f"fail/{kind}/{method}/{count}")

    def refuse(self, path: str) -> None:
        """Let every request fail, with 503, for what lies below `path`; for nothing where it is empty."""
        self._ask("POST", f"refuse/{self.name}/{path}" if path else "refuse/")

    def log(self) -> list[tuple[str, str, str]]:
        """Method, path and range of every request since the last time this was asked."""
        return [tuple(row) for row in self._ask("GET", "log")]

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self.endpoint}/-/{path}", method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("s3server.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


@pytest.fixture
def bucket(s3_server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket, and an environment in which `s3://` leads to it."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": s3_server}.items():
        monkeypatch.setenv(name, value)
    for name in [name for name in os.environ if name.startswith("AWS_") and name not in (*KEYS, "AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    import boto3
    from s3fs import S3FileSystem

    # It keeps the credentials and the address that it met first.
    S3FileSystem.clear_instance_cache()
    name = re.sub("[^a-z0-9]+", "-", request.node.name.lower())[:50].strip("-") + "-bucket"
    bucket = Bucket(name=name, endpoint=s3_server, client=boto3.client("s3"))
    bucket.fail("503", "PUT", 0)
    bucket.client.create_bucket(Bucket=name)
    bucket.log()
    yield bucket
    bucket.fail("503", "PUT", 0)
    bucket.refuse("")
    for key in bucket.listed():
        bucket.client.delete_object(Bucket=name, Key=key)
    bucket.client.delete_bucket(Bucket=name)
    bucket.client.close()
