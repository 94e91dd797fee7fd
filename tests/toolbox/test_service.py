"""A mail service gets the mail in its own fields, and its answers mean what a server's do."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings

from config import environment
from toolbox.service import ServiceLine
from toolbox.smtp import Verdict
from toolbox.transports import open_lines

MAIL = (
    "To: ada@example.com\r\nMessage-ID: <1@example.com>\r\nFrom: Söhne <news@example.com>\r\n"
    "Subject: =?utf-8?q?na=C3=AFve?=\r\nList-Unsubscribe: <https://news.example.com/u/1/>\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWords.\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Words.</p>\r\n--b--\r\n"
).encode()


class Service:
    """Postmark as far as it matters: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        self.answer: dict[str, Any] = {
            "To": "ada@example.com", "MessageID": "abc-1", "ErrorCode": 0, "Message": "OK",
        }  # fmt: skip


@pytest.fixture
def service(settings: LazySettings) -> Iterator[Service]:
    known = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            known.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(known.answer).encode()
            self.send_response(known.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    where = f"anymail+postmark://?server_token=t&api_url={url}"
    values, faults = environment.read({"EMAIL_URL": where})
    assert faults == []
    settings.MAILERS = {"default": values["EMAIL_URL"]}
    settings.ANYMAIL = environment.mail_service(where, "name:secret")
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def send(count: int = 1) -> Any:
    line = open_lines(2)[0]
    assert isinstance(line, ServiceLine)
    answers = [line.send("news@example.com", "ada@example.com", MAIL) for _ in range(count)]
    line.close()
    return answers[-1]


def test_it_gets_the_words_the_headers_and_no_leave_to_follow_anybody(service: Service) -> None:
    answer = send()
    assert (answer.verdict, answer.provider_id) == (Verdict.ACCEPTED, "abc-1")
    [asked] = service.asked
    assert asked["Subject"] == "naïve"
    assert asked["To"] == "ada@example.com"
    assert asked["TextBody"].strip() == "Words."
    assert asked["HtmlBody"].strip() == "<p>Words.</p>"
    headers = {header["Name"]: header["Value"] for header in asked["Headers"]}
    assert headers["List-Unsubscribe"] == "<https://news.example.com/u/1/>"
    assert headers["Message-ID"] == "<1@example.com>"
    assert asked["TrackOpens"] is False
    assert asked["TrackLinks"] == "None"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, Verdict.AWAY),
        (429, Verdict.TEMPORARY),
        (503, Verdict.TEMPORARY),
        (500, Verdict.UNKNOWN),
    ],
)
def test_each_status_has_one_meaning(service: Service, status: int, verdict: Verdict) -> None:
    service.status, service.answer = status, {"ErrorCode": 10, "Message": "no"}
    assert send().verdict is verdict


def test_a_refused_recipient_is_refused_for_good_and_not_named(service: Service) -> None:
    service.status = 422
    service.answer = {"ErrorCode": 300, "Message": "Invalid 'To' address: 'ada@example.com'."}
    answer = send()
    assert answer.verdict is Verdict.PERMANENT
    assert "ada@" not in answer.text


def test_without_an_answer_nobody_knows(settings: LazySettings, service: Service) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:9/"}
    assert send().verdict is Verdict.UNKNOWN


def test_a_service_nobody_knows_is_a_fault() -> None:
    _, [fault] = environment.read({"EMAIL_URL": "anymail+nonesuch://?key=1"})
    assert "nonesuch" in fault.reason
