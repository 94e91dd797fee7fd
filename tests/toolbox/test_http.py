"""The fetcher against real servers that misbehave. What reaches an editor is one plain sentence."""

import asyncio
import gzip
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Mapping
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.web import Handler, Web, page, raw, redirect, serving
from toolbox import guard, http
from toolbox.http_errors import (
    BrokenAnswerError,
    HttpError,
    RedirectError,
    RefusedError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
)

HEAD = b"HTTP/1.1 200 OK\r\n"


def get(url: str, headers: Mapping[str, str] | None = None) -> http.Answer:
    async def ask() -> http.Answer:
        async with http.Client() as client:
            return await client.get(url, headers)

    return asyncio.run(ask())


def packed(body: bytes, encoding: str) -> bytes:
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return HEAD + head.encode() + body


def test_it_answers_with_status_headers_and_body(web: Web) -> None:
    answer = get(web.add("/feed", page("hello", "text/plain", X_Mood="fine")))

    assert (answer.status, answer.body, answer.headers["x-mood"]) == (200, b"hello", "fine")
    assert answer.url == web.base + "/feed"


def test_it_says_who_is_asking(web: Web, settings: LazySettings) -> None:
    settings.SITE_URL = "https://news.example"
    get(web.base + "/", {"If-None-Match": '"x"'})

    headers = web.asked[0][1]
    assert headers["user-agent"] == "Newsdesk (+https://news.example)"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["if-none-match"] == '"x"'


def test_it_never_sends_a_cookie_back(web: Web) -> None:
    web.add("/two", "second")
    get(web.add("/one", page(b"", status=302, Location="/two", Set_Cookie="a=b; Path=/")))

    assert "cookie" not in web.asked[1][1]


def test_it_ignores_proxies_of_the_environment(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert get(web.add("/feed", "hello")).body == b"hello"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
    ],
)
def test_it_unpacks(web: Web, encoding: str, pack: object) -> None:
    url = web.add("/feed", raw(packed(pack(b"hello" * 99), encoding)))  # type: ignore[operator]

    assert get(url).body == b"hello" * 99


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip"])
def test_it_refuses_a_packing_it_did_not_ask_for(web: Web, encoding: str) -> None:
    url = web.add("/feed", raw(packed(b"abc", encoding)))

    with pytest.raises(BrokenAnswerError, match="not asked for"):
        get(url)


@pytest.mark.parametrize("body", [b"not packed at all", gzip.compress(b"x" * 999)[:-20]])
def test_it_refuses_what_does_not_unpack(web: Web, body: bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        get(web.add("/feed", raw(packed(body, "gzip"))))


def test_it_stops_at_the_cap(web: Web, settings: LazySettings) -> None:
    settings.FETCH_MAX_BYTES = 1_000_000
    endless = raw(HEAD + b"\r\n", *[b"x" * 100_000] * 500)

    with pytest.raises(TooLargeError, match=r"^The answer is larger than 1 MB\.$"):
        get(web.add("/feed", endless))


def test_it_stops_at_the_cap_of_what_unpacks(web: Web, settings: LazySettings) -> None:
    settings.FETCH_MAX_BYTES = 1_000_000
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000

    with pytest.raises(TooLargeError):
        get(web.add("/feed", raw(packed(bomb, "gzip"))))


def get_first(url: str, first: int) -> http.Answer:
    async def ask() -> http.Answer:
        async with http.Client(first=first) as client:
            return await client.get(url)

    return asyncio.run(ask())


def test_it_reads_the_beginning_of_an_answer_that_never_ends(web: Web) -> None:
    sent: list[int] = []
    pieces = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 100_000] * 200]
    url = web.add("/", raw(*pieces, pause=lambda: sent.append(1)))
    assert get_first(url, 1000).body == b"x" * 1000
    assert len(sent) < 200, "the rest was never asked for"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_it_reads_the_beginning_of_what_unpacks_to_more(web: Web, pack: Any) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(b"0" * 20_000_000)
    assert get_first(web.add("/", page(bomb, Content_Encoding=encoding)), 1000).body == b"0" * 1000
    short = web.add("/short", page(pack(b"whole"), Content_Encoding=encoding))
    assert get_first(short, 1000).body == b"whole"


def test_it_refuses_a_beginning_that_does_not_unpack(web: Web) -> None:
    url = web.add("/", page(b"no gzip", Content_Encoding="gzip"))
    with pytest.raises(BrokenAnswerError):
        get_first(url, 1000)


def test_it_says_when_an_answer_breaks_off(web: Web) -> None:
    for name, cut in {
        "length": HEAD + b"Content-Length: 999\r\n\r\n<rss>",
        "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n",
    }.items():
        with pytest.raises(BrokenAnswerError, match="broke off"):
            get(web.add(f"/{name}", raw(cut)))


def test_it_gives_one_deadline_to_the_whole_answer(web: Web, settings: LazySettings) -> None:
    settings.FETCH_TIMEOUT = 1
    drip = raw(HEAD + b"\r\n", *[b"x"] * 50, pause=lambda: time.sleep(0.2))
    began = time.monotonic()

    with pytest.raises(TimedOutError, match="did not answer within 1 s"):
        get(web.add("/drip", drip))
    assert time.monotonic() - began < 3


def test_it_stops_at_headers_that_never_end(web: Web) -> None:
    with pytest.raises(BrokenAnswerError):
        get(web.add("/feed", raw(HEAD, *[b"X-Very: long\r\n" * 1000] * 40)))


def test_it_follows_redirects(web: Web) -> None:
    web.add("/c", "there")
    web.add("/b", redirect("/c", 302))
    answer = get(web.add("/a", redirect("b", 301)))

    assert (answer.url, answer.body) == (web.base + "/c", b"there")
    assert answer.moved_to == web.base + "/b", "the second hop is not for good"


def test_it_stops_at_a_circle_of_redirects(web: Web) -> None:
    web.add("/b", redirect("/a"))

    with pytest.raises(RedirectError, match="in a circle"):
        get(web.add("/a", redirect("/b")))


def test_it_follows_five_redirects_and_no_more(web: Web) -> None:
    for n in range(6):
        web.add(f"/{n}", redirect(f"/{n + 1}"))
    web.add("/6", "far away")

    assert get(web.base + "/1").body == b"far away"
    with pytest.raises(RedirectError, match="more than 5 times"):
        get(web.base + "/0")


@pytest.mark.parametrize("target", ["ftp://example.com/", "javascript:alert(1)", "//a:b@c/"])
def test_it_follows_redirects_to_web_addresses_only(web: Web, target: str) -> None:
    with pytest.raises(RedirectError, match="not fetched"):
        get(web.add("/a", redirect(target)))


def test_it_does_not_follow_from_https_to_http() -> None:
    here = http.address("https://example.com/feed")

    with pytest.raises(RedirectError, match="from https to http"):
        http._next_hop(here, "http://example.com/feed", set())


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/feed", "file:///etc/passwd", "feed", "http://", "http://[::1", "http://\0/",
     "http://user:secret@example.com/feed", "gopher://example.com", "data:text/xml,<rss/>"],
)  # fmt: skip
def test_it_asks_web_addresses_only(url: str) -> None:
    with pytest.raises(RefusedError) as refused:
        get(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "127.1", "0x7f000001",
     "2130706433", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254",
     "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1",
     "0.0.0.0"],
)  # fmt: skip
def test_it_does_not_reach_private_hosts(web: Web, settings: LazySettings, host: str) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    port = web.base.rpartition(":")[2]

    with pytest.raises(RefusedError, match=r"^This address is private and is not fetched\.$"):
        get(f"http://{host}:{port}/feed")
    assert web.asked == []


@pytest.mark.parametrize("host", ["localhost.", "0177.0.0.1", "127.0.0.1%2f.example.com"])
def test_it_is_not_led_by_odd_spellings(web: Web, settings: LazySettings, host: str) -> None:
    settings.FETCH_ALLOW_PRIVATE = False

    with pytest.raises((RefusedError, UnreachableError)):
        get(f"http://{host}:{web.base.rpartition(':')[2]}/feed")
    assert web.asked == []


def test_it_knows_the_public_internet() -> None:
    for public in ("93.184.215.14", "2606:2800:21f:cb07::1"):
        assert guard.is_public(ipaddress.ip_address(public))


def test_it_fetches_from_web_ports_only(settings: LazySettings) -> None:
    settings.FETCH_ALLOW_PRIVATE = False

    with pytest.raises(RefusedError, match=r"^Port 6379 is not fetched from\.$"):
        get("http://93.184.215.14:6379/")


def test_it_checks_every_hop(
    web: Web, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FETCH_ALLOW_PRIVATE = False
    port = int(web.base.rpartition(":")[2])
    monkeypatch.setattr(http, "PUBLIC_PORTS", {port})
    monkeypatch.setattr(guard, "is_public", lambda address: str(address) == "127.0.0.1")

    with pytest.raises(RefusedError, match="private"):
        get(web.add("/feed", redirect(f"http://127.0.0.2:{port}/secret")))
    assert [path for path, _ in web.asked] == ["/feed"]


def test_it_connects_to_the_address_it_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.215.14", "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (next(answers), 0))])
    reached: list[str] = []

    class Network:
        async def connect_tcp(self, host: str, *args: object, **kwargs: object) -> None:
            reached.append(host)

    async def connect_twice() -> None:
        wall = guard.Guard(allow_private=False)
        wall._network = Network()  # type: ignore[assignment]
        await wall.connect_tcp("rebinds.example", 80)
        await wall.connect_tcp("rebinds.example", 80)

    asyncio.run(connect_twice())
    assert reached == ["93.184.215.14", "93.184.215.14"]


def test_it_keeps_the_host_name(web: Web) -> None:
    port = web.base.rpartition(":")[2]
    get(f"http://localhost:{port}/feed")

    assert web.asked[0][1]["host"] == f"localhost:{port}"


def test_it_says_that_a_host_is_unknown() -> None:
    with pytest.raises(UnreachableError, match=r"^The host nowhere\.invalid is not known\.$"):
        get("http://nowhere.invalid/feed")


def test_it_says_that_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(UnreachableError, match="refuses the connection"):
            get(url)


def test_it_says_that_an_answer_is_not_http(web: Web) -> None:
    with pytest.raises(HttpError):
        get(web.add("/feed", raw(b"220 mail.example ESMTP\r\n")))


def test_it_never_skips_the_certificate(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl here to make a certificate with")
    made = ["-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *made],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    with pytest.raises(UnreachableError, match="certificate does not hold: self-signed"):
        get(f"https://localhost:{server.server_port}/")
    thread.join()
    server.server_close()


def test_it_knocks_again_where_nobody_heard() -> None:
    """A server with a short queue forgets connections its callers take for open."""
    with serving(queue=1) as web:
        url = web.add("/feed", "hello")

        async def ask_many() -> list[http.Answer]:
            async with http.Client() as client:
                return await asyncio.gather(*(client.get(url) for _ in range(40)))

        assert [answer.body for answer in asyncio.run(ask_many())] == [b"hello"] * 40
        assert len(web.asked) == 40, "nobody was heard twice"


def test_it_asks_a_public_host_no_more_than_agreed_at_once(
    web: Web, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FETCH_PER_HOST, settings.FETCH_TIMEOUT = 2, 1
    monkeypatch.setattr(guard, "is_public", lambda address: True)
    monkeypatch.setattr(http, "PUBLIC_PORTS", {int(web.base.rpartition(":")[2])})
    lock, now, most = threading.Lock(), 0, 0

    def slow(handler: Handler) -> None:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        time.sleep(0.3)
        with lock:
            now -= 1
        page("slept")(handler)

    url = web.add("/slow", slow)

    async def ask_ten_times() -> list[http.Answer]:
        async with http.Client() as client:
            return await asyncio.gather(*(client.get(url) for _ in range(10)))

    answers = asyncio.run(ask_ten_times())
    assert [a.body for a in answers] == [b"slept"] * 10, "waiting in line is no time-out"
    assert most == 2
