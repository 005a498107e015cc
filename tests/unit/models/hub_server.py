"""A local hub: what huggingface_hub asks of the real one, over real HTTP."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "1234567890abcdef1234567890abcdef12345678"
PULL_REQUEST_COMMIT = "abcdefabcdefabcdefabcdefabcdefabcdefabcd"


@dataclass
class FakeHub:
    """One repository, "owner/small", with files per commit.

    Attributes:
        files: commit -> name -> content.
        revisions: name of a revision -> commit.
        discussions: what the list of pull requests says.
        break_after: no byte of a file beyond this place arrives; the connection breaks off.
        damage: name of a file whose content arrives changed.
        requests: method, path and Range header of every request.
    """

    files: dict[str, dict[str, bytes]]
    revisions: dict[str, str] = field(default_factory=lambda: {"main": COMMIT, COMMIT: COMMIT})
    discussions: list[dict[str, object]] = field(default_factory=list)
    break_after: int | None = None
    damage: str | None = None
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def downloads(self) -> list[str]:
        return [
            path.rsplit("/", 1)[1]
            for method, path, _ in self.requests
            if method == "GET" and "/resolve/" in path
        ]

    @contextmanager
    def serving(self) -> Iterator[str]:
        hub = self

        class Handler(_Handler):
            owner = hub

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    owner: FakeHub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        hub, path = self.owner, unquote(urlsplit(self.path).path)
        hub.requests.append((self.command, path, self.headers.get("Range")))
        if path == "/api/models/owner/small/discussions":
            found = hub.discussions
            return self._json({"count": len(found), "start": 0, "discussions": found})
        if path.startswith("/api/models/owner/small"):
            _, _, revision = path.partition("/revision/")
            commit = hub.revisions.get(revision or "main")
            if commit is None:
                return self._json({"error": "Invalid rev id"}, 404, "RevisionNotFound")
            return self._json(
                {"id": "owner/small", "sha": commit, "siblings": self._siblings(commit), "tags": []}
            )
        if path.startswith("/owner/small/resolve/"):
            commit, _, name = path.removeprefix("/owner/small/resolve/").partition("/")
            return self._file(hub.files[commit][name], name, commit, body)
        return self._json({"error": "not found"}, 404, "RepoNotFound")

    def _siblings(self, commit: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for name, content in self.owner.files[commit].items():
            sibling: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": _etag(content)}
            if name.endswith((".safetensors", ".bin")):
                sibling["lfs"] = {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                    "pointerSize": 130,
                }
            found.append(sibling)
        return found

    def _file(self, content: bytes, name: str, commit: str, body: bool) -> None:
        hub = self.owner
        begin, status = 0, 200
        if body and (asked := self.headers.get("Range")):
            begin, status = int(asked.removeprefix("bytes=").partition("-")[0]), 206
        etag = _etag(content)
        sent = bytes([content[0] ^ 1]) + content[1:] if hub.damage == name else content
        self.send_response(status)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if not body:
            return
        if hub.break_after is not None and len(content) > hub.break_after:
            self.wfile.write(sent[begin : hub.break_after])
            self.close_connection = True
            return
        self.wfile.write(sent[begin:])

    def _json(self, answer: object, status: int = 200, code: str | None = None) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _etag(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
