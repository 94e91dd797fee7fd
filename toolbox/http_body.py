"""Reading an answer's body: piece by piece, capped as it is sent and as it unpacks."""

import zlib

import httpx

from toolbox.http_errors import BrokenAnswerError, TooLargeError

PLAIN = {"", "identity"}
PACKED = {"gzip", "x-gzip", "deflate"}
# zlib's window: 32 + 15 takes gzip and zlib by their header, -15 is deflate without one.
ANY_HEADER, NO_HEADER = 47, -15


async def read(response: httpx.Response, limit: int) -> bytes:
    """The body, unpacked. Both what is sent and what it unpacks to stay below `limit`.

    Raises TooLargeError, BrokenAnswerError. httpx's own unpacking is no use here: the first piece
    of a bomb of 200 KB is 67 MB.
    """
    encoding = _encoding(response)
    sent = bytearray()
    async for chunk in response.aiter_raw():
        sent += chunk
        if len(sent) > limit:
            raise _too_large(limit)
    return bytes(sent) if encoding in PLAIN else _unpack(bytes(sent), limit)


async def read_first(response: httpx.Response, limit: int) -> bytes:
    """The beginning of the body, unpacked: at most `limit` bytes are read, and at most as many
    come of it. What comes after is never asked for. Raises BrokenAnswerError."""
    encoding = _encoding(response)
    sent = bytearray()
    async for chunk in response.aiter_raw():
        sent += chunk
        if len(sent) >= limit:
            break
    if encoding in PLAIN:
        return bytes(sent[:limit])
    for window in (ANY_HEADER, NO_HEADER):
        try:
            return zlib.decompressobj(window).decompress(bytes(sent[:limit]), limit)
        except zlib.error:
            continue
    raise BrokenAnswerError("The answer could not be unpacked.")


def _encoding(response: httpx.Response) -> str:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in PLAIN | PACKED:
        raise BrokenAnswerError(f"The answer is packed as {encoding}, which was not asked for.")
    return encoding


def _unpack(packed: bytes, limit: int) -> bytes:
    if not packed:
        return b""
    try:
        return _inflate(packed, ANY_HEADER, limit)
    except zlib.error:
        pass
    try:
        return _inflate(packed, NO_HEADER, limit)
    except zlib.error as error:
        raise BrokenAnswerError("The answer could not be unpacked.") from error


def _inflate(packed: bytes, window: int, limit: int) -> bytes:
    inflater = zlib.decompressobj(window)
    body = inflater.decompress(packed, limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    if not inflater.eof:
        raise BrokenAnswerError("The answer broke off before its end.")
    return body


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"The answer is larger than {limit / 1_000_000:g} MB.")
