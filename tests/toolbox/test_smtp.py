"""Each answer of a mail server, and each silence, means exactly one thing."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sink import GREETED, Reply, Sink, close, hang, sinking
from toolbox.smtp import Line, Verdict

MAIL = b"Subject: Hello\r\n\r\nHello\r\n"
AUTH = "250-sink\r\n250 AUTH PLAIN"
PLAIN = "250-sink\r\n250 SIZE 1000000"  # A server without PIPELINING.


@contextmanager
def line_to(sink: Sink, **values: Any) -> Iterator[Line]:
    line = Line("127.0.0.1", sink.port, **{"timeout": 5, **values})
    yield line
    line.close()


def send(line: Line, recipient: str = "ada@example.com", mail: bytes = MAIL) -> Verdict:
    return line.send("news@example.com", recipient, mail).verdict


def one_mail(replies: dict[str, Reply], timeout: float = 5) -> tuple[Verdict, str, Sink]:
    """Send one mail to a server that behaves as told."""
    with sinking(replies) as sink, line_to(sink, timeout=timeout) as line:
        answer = line.send("news@example.com", "ada@example.com", MAIL)
    return answer.verdict, answer.text, sink


@pytest.fixture(params=[GREETED["EHLO"], PLAIN], ids=["pipelining", "one by one"])
def ehlo(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_mail_is_taken_with_its_envelope(ehlo: str) -> None:
    verdict, text, sink = one_mail({"EHLO": ehlo})
    assert (verdict, text) == (Verdict.ACCEPTED, "250 2.0.0 taken")
    [mail] = sink.mails
    assert (mail.sender, mail.recipient, mail.data) == ("news@example.com", "ada@example.com", MAIL)
    assert sink.heard[-1] == "quit"


def test_many_mails_share_a_connection(ehlo: str) -> None:
    with sinking({"EHLO": ehlo}) as sink, line_to(sink) as line:
        assert [send(line, f"r{n}@example.com") for n in range(5)] == [Verdict.ACCEPTED] * 5
    assert sink.connections == 1
    assert len(sink.mails) == 5


@pytest.mark.parametrize("code", [550, 552, 554])
@pytest.mark.parametrize("step", ["EHLO", "MAIL"])
def test_a_server_that_refuses_us_says_nothing_about_the_recipient(
    step: str, code: int, ehlo: str
) -> None:
    refusal: dict[str, Reply] = {"EHLO": ehlo, "HELO": f"{code} no", step: f"{code} no"}
    verdict, text, sink = one_mail(refusal)
    assert verdict is Verdict.AWAY
    assert text == f"{code} no"
    assert sink.mails == []


@pytest.mark.parametrize("code", [550, 554])
@pytest.mark.parametrize("step", ["RCPT", "dot"])
def test_an_answer_does_not_name_the_recipient(step: str, code: int, ehlo: str) -> None:
    words = f"{code}-<ADA@Example.com>: rejected\r\n{code} see bounces/ada@example.com {'x' * 450}"
    _, text, _ = one_mail({"EHLO": ehlo, step: f"{words} ada@example.com"})
    assert text.startswith(f"{code} <‹…›>: rejected")
    assert "ada@" not in text.lower()
    assert len(text) <= 500


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
def test_4xx_is_for_now_and_5xx_for_good_where_it_is_about_this_mail(
    step: str, code: int, ehlo: str
) -> None:
    verdict, text, sink = one_mail({"EHLO": ehlo, step: f"{code} no"})
    refused = {"MAIL": Verdict.AWAY, "DATA": Verdict.TEMPORARY}.get(step, Verdict.PERMANENT)
    assert verdict is (refused if code >= 500 else Verdict.TEMPORARY)
    assert text == f"{code} no"
    assert sink.mails == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_after_a_refusal_the_next_one_gets_through(step: str, ehlo: str) -> None:
    with sinking({"EHLO": ehlo, step: "450 not now"}) as sink, line_to(sink) as line:
        assert send(line) is Verdict.TEMPORARY
        del sink.replies[step]
        assert send(line, "bob@example.com") is Verdict.ACCEPTED
    assert sink.recipients == ["bob@example.com"]
    assert sink.connections == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("failure", [close, hang, "gibberish"])
def test_whatever_fails_before_the_dot_is_for_now(step: str, failure: Reply, ehlo: str) -> None:
    verdict, _, sink = one_mail({"EHLO": ehlo, step: failure}, 0.1)
    assert verdict is Verdict.TEMPORARY
    assert sink.mails == []


@pytest.mark.parametrize("failure", [close, hang, "gibberish"])
def test_silence_after_the_dot_leaves_it_unknown(failure: Reply, ehlo: str) -> None:
    verdict, text, _ = one_mail({"EHLO": ehlo, "dot": failure}, 0.5)
    assert verdict is Verdict.UNKNOWN
    assert text


def test_a_late_answer_to_the_dot_is_waited_for() -> None:
    with sinking(delay=1.2) as sink, line_to(sink, timeout=0.6) as line:
        assert send(line) is Verdict.ACCEPTED


def test_a_server_that_hangs_up_in_the_middle_of_a_mail_has_not_got_it() -> None:
    def half(session: Any) -> str:
        session.wfile.write(b"354 go on\r\n")
        session.rfile.readline()
        session.request.shutdown(socket.SHUT_RDWR)
        return close(session)

    with sinking({"DATA": half, "EHLO": PLAIN}) as sink, line_to(sink) as line:
        big = MAIL + b"x" * 70 + b"\r\n" * 3_000_000
        assert send(line, mail=big) is Verdict.TEMPORARY


@pytest.mark.parametrize("greeting", ["421 too many", "554 not you", close, hang, "gibberish"])
def test_without_a_greeting_there_is_no_server(greeting: Reply) -> None:
    verdict, _, sink = one_mail({"greeting": greeting}, 0.1)
    assert verdict is Verdict.AWAY
    assert not any(line.startswith("MAIL") for line in sink.heard)


def test_where_nobody_listens_there_is_no_server() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        line = Line("127.0.0.1", nobody.getsockname()[1], timeout=1)
        assert send(line) is Verdict.AWAY
        line.close()


def test_a_server_that_went_and_came_back_is_used_again() -> None:
    with sinking({"greeting": "421 busy"}) as sink, line_to(sink) as line:
        assert send(line) is Verdict.AWAY
        del sink.replies["greeting"]
        assert send(line) is Verdict.ACCEPTED


@pytest.mark.parametrize("ending", [close, "421 enough for one connection"])
def test_a_kept_connection_that_was_closed_is_opened_anew(ending: Reply, ehlo: str) -> None:
    """Servers hang up after so many messages; that costs nobody a minute's pause."""
    with sinking({"EHLO": ehlo}) as sink, line_to(sink) as line:
        assert send(line) is Verdict.ACCEPTED

        def once(session: Any) -> str:
            del sink.replies["MAIL"]
            return ending if isinstance(ending, str) else ending(session)

        sink.replies["MAIL"] = once
        assert send(line, "bob@example.com") is Verdict.ACCEPTED
    assert sink.recipients == ["ada@example.com", "bob@example.com"]
    assert sink.connections == 2


def test_a_server_that_takes_data_for_nobody_is_backed_out_of() -> None:
    with sinking({"RCPT": "550 unknown", "DATA": "354 go on"}) as sink, line_to(sink) as line:
        began = time.monotonic()
        assert send(line) is Verdict.PERMANENT
        assert time.monotonic() - began < 1
        sink.replies.clear()
        assert send(line, "bob@example.com") is Verdict.ACCEPTED
    assert sink.recipients == ["bob@example.com"]


def test_lines_that_begin_with_a_dot_arrive_as_they_were() -> None:
    mail = b".hidden: 1\r\n\r\n.\r\n..\r\n.end"
    with sinking() as sink, line_to(sink) as line:
        assert send(line, mail=mail) is Verdict.ACCEPTED
    assert sink.mails[0].data == mail + b"\r\n"


@pytest.mark.parametrize(
    "address", ["a@example.com>\r\nRCPT TO:<b@example.com", "a b@example.com", "ä@example.com"]
)
def test_an_address_that_would_be_more_than_one_command_is_refused(address: str) -> None:
    with sinking() as sink, line_to(sink) as line, pytest.raises(ValueError, match="envelope"):
        send(line, address)
    assert not any(line.startswith("RCPT") for line in sink.heard)


# Who we are


def test_it_logs_in_where_a_password_is_set() -> None:
    login = {"username": "user", "password": "word"}
    with sinking({"EHLO": AUTH}) as sink, line_to(sink, **login) as line:
        assert send(line) is Verdict.ACCEPTED
    assert any(line.startswith("AUTH PLAIN") for line in sink.heard)


def test_a_wrong_password_is_nobodys_bounce() -> None:
    login = {"username": "user", "password": "word"}
    with sinking({"EHLO": AUTH, "AUTH": "535 wrong"}) as sink, line_to(sink, **login) as line:
        answer = line.send("a@example.com", "b@example.com", MAIL)
    assert (answer.verdict, answer.text) == (Verdict.AWAY, "535 wrong")


def test_no_mail_goes_in_the_clear_where_tls_is_asked_for() -> None:
    with sinking() as sink, line_to(sink, use_tls=True) as line:
        assert send(line) is Verdict.AWAY
    assert sink.mails == []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run(
        [*make, "-keyout", str(pem), "-out", f"{pem}.crt"], check=True, capture_output=True
    )
    pem.write_bytes(pem.read_bytes() + Path(f"{pem}.crt").read_bytes())
    return pem


@pytest.mark.parametrize("way", ["use_tls", "use_ssl"])
@pytest.mark.parametrize("trusted", [True, False])
def test_tls_is_used_and_only_with_a_server_we_trust(
    way: str, trusted: bool, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate) if trusted else "/dev/null")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    starttls: dict[str, Reply] = {"EHLO": "250-sink\r\n250 STARTTLS", "STAR": "220 go on"}
    with (
        sinking(starttls if way == "use_tls" else None, tls=context) as sink,
        line_to(sink, use_tls=way == "use_tls", use_ssl=way == "use_ssl") as line,
    ):
        assert send(line) is (Verdict.ACCEPTED if trusted else Verdict.AWAY)
    assert len(sink.mails) == trusted
