"""HTTP by hand, so that a test sees the bytes that a server really sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


async def send(url: str, raw: bytes) -> list[Answer]:
    """Send `raw` on a connection of its own; all answers until the server closes it. Bodies end where they said."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answers = []
    try:
        async with asyncio.timeout(LIMIT_S):
            writer.write(raw)
            while head := await _head(reader):
                answers.append(await _answer(reader, head))
    finally:
        writer.close()
        await writer.wait_closed()
    return answers


async def request(url: str, method: str, path: str | None, body: bytes, headers: dict[str, str]) -> Answer:
    """One request; `path` None stands for the URL's own. `Host`, `Content-Length` and `Connection` are added."""
    parts = urlsplit(url)
    whole = {"Host": parts.netloc, "Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in whole.items())
    raw = f"{method} {path or parts.path} HTTP/1.1\r\n{lines}\r\n".encode() + body
    (answer,) = await send(url, raw)
    return answer


async def post(url: str, body: bytes, content_type: str = "application/json") -> Answer:
    """POST a body to the URL."""
    return await request(url, "POST", None, body, {"Content-Type": content_type})


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return b""


async def _answer(reader: asyncio.StreamReader, head: bytes) -> Answer:
    status_line, *lines = head.decode().rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    assert "transfer-encoding" not in headers, "expected a body with a length"
    body = await reader.readexactly(int(headers["content-length"]))
    return Answer(int(status_line.split()[1]), headers, body)
