"""Lists of subscribers in and out: whoever left stays out, and every line is answered for."""

import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audience import exporting, importing, taking
from audience.addresses import address_key
from audience.models import ConsentEvent, Import, Subscriber, Suppression
from audience.tables import Table, TableError
from audience.taking import Tally
from outbox.models import Fact
from publication.access import NotAllowedError
from tests.audience.makers import make_subscriber
from tests.makers import NOW, make_editor, make_section, make_staff

pytestmark = pytest.mark.django_db
State = Subscriber.State


def take_in(text: str | bytes, *, dry: bool = False) -> Tally:
    data = text.encode() if isinstance(text, str) else text
    return importing.take_in(io.BytesIO(data), dry=dry, by=None, now=NOW, tell=lambda tally: None)


def counts(tally: Tally) -> dict[str, int]:
    return dict(tally.figures)


def states() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("email", "state"))


# What a table may look like


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found_out(encoding: str, separator: str) -> None:
    lines = [["Naïve", "Email Address", "x"], ["Zoë, the “Größte” Ünique", "ada@example.com", "1"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    assert counts(take_in(text.encode(encoding))) == {"new": 1}
    assert states() == {"ada@example.com": "active"}


def test_a_bare_column_of_addresses_is_enough() -> None:
    assert counts(take_in("ada@example.com\nbob@example.com\n")) == {"new": 2}


def test_a_stray_byte_late_in_a_long_list_costs_nobody() -> None:
    lines = b"".join(b"n%06d@example.com,plain\n" % n for n in range(5000))
    tally = take_in(b"email,name\n" + lines + b"zoe@example.com,Zo\xeb\n")
    assert counts(tally) == {"new": 5001}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + b"\0" * 50, "spreadsheet or a zip"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "old Excel"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "packed"),
        (b"%PDF-1.7", "PDF"),
        (b"\x7fELF\0\0\0", "no text"),
        (b"", "empty"),
        (b"name,city\nAda,London\n", "No column of addresses"),
        (b'email\nada@example.com\n"open' + b"x" * 200_000, "Is a quote open"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=said):
        take_in(data)
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(CommandError, match=said):
        call_command("import_subscribers", str(path))


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ('"ada@example.com\r\nBcc: x@example.com"', "line breaks"),
        ('"ada@example.com, bob@example.com"', "no spaces"),
        ("ada@[127.0.0.1]", "domain name"),
        ("ädä@example.com", "plain letters"),
        (f"a@{'x' * 63}.{'y' * 63}.{'z' * 63}.{'w' * 63}.example", ""),
        (f"{'a' * 65}@example.com", "longer than mail allows"),
        ("", "no address"),
        ("nobody", "one address"),
    ],
)
def test_an_address_that_cannot_be_mailed_is_refused_by_its_line(cell: str, why: str) -> None:
    tally = take_in(f"email,name\nok@example.com,x\n{cell},y\n")
    assert counts(tally) == {"new": 1, "refused": 1}
    [[_, reason]] = tally.refused
    assert why in str(reason)
    assert "ada" not in str(reason)


@pytest.mark.parametrize(
    ("cell", "email"),
    [("Ada@EXAMPLE.com.", "Ada@example.com"), ("ada@bücher.example", "ada@xn--bcher-kva.example")],
)
def test_an_address_is_kept_as_sign_up_keeps_it(cell: str, email: str) -> None:
    take_in(f"email\n{cell}\n")
    assert list(states()) == [email]


def test_one_person_in_two_spellings_is_one_and_out_wins() -> None:
    text = "email,state\nAda@example.com,active\nada@Example.COM,unsubscribed\nADA@example.com,\n"
    assert counts(take_in(text)) == {"opt-outs kept": 1, "twice": 2}
    assert list(states().values()) == ["unsubscribed"]


def test_the_same_person_far_apart_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    text = "email\na@x.example\nb@x.example\nA@x.example\nc@x.example\n"
    expected = {"new": 3, "twice": 1}
    assert counts(take_in(text, dry=True)) == counts(take_in(text)) == expected


# Whose list it is


def test_buttondown_s_own_words() -> None:
    text = (
        "email_address,notes,type,creation_date\n"
        "a@x.example,,regular,2024-05-01T10:00:00Z\nb@x.example,,unactivated,\n"
        "c@x.example,,unsubscribed,\nd@x.example,,undeliverable,\ne@x.example,,complained,\n"
        "f@x.example,,mystery,\n"
    )
    tally = take_in(text)
    assert sorted(states().items()) == [
        ("a@x.example", "active"),
        ("b@x.example", "pending"),
        ("c@x.example", "unsubscribed"),
        ("d@x.example", "bounced"),
        ("e@x.example", "complained"),
    ]
    assert tally.refused == [[7, "Its state, “mystery”, is not known here."]]
    confirmed = Subscriber.objects.get(email="a@x.example").confirmed_at
    assert confirmed == datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "state"),
    [("OPTIN_TIME", "active"), ("UNSUB_TIME", "unsubscribed"), ("CLEAN_TIME", "bounced")],
)
def test_mailchimp_s_three_files(column: str, state: str) -> None:
    take_in(f'"Email Address","First Name","{column}"\na@x.example,Ada,"2024-05-01 10:00:00"\n')
    assert states() == {"a@x.example": state}


def test_our_own_export_comes_back_the_same() -> None:
    news = make_section("News")
    ada = make_subscriber("+ada@example.com", asked_at=NOW, asked_on="subscribe/1")
    ada.sections.add(news)
    make_subscriber("bob@example.com", state=State.UNSUBSCRIBED, left_at=NOW)
    make_subscriber("eve@example.com", state=State.PENDING, confirmed_at=None)
    table = "".join(exporting.export(by=None))
    assert "'+ada@example.com" in table
    Subscriber.objects.all().delete()
    take_in(table)
    assert "".join(exporting.export(by=None)) == table


@pytest.mark.parametrize("beginning", "=+-@")
def test_an_exported_cell_is_never_a_formula(beginning: str) -> None:
    make_subscriber(asked_on=f"{beginning}HYPERLINK(1)")
    cells = [row.cells for row in Table(io.BytesIO(export())).rows()]
    assert f",'{beginning}HYPERLINK(1)," in export().decode()
    assert cells[0]["asked_on"] == f"{beginning}HYPERLINK(1)"


def export() -> bytes:
    return "".join(exporting.export(by=None)).encode()


# Who is in, who is out


@pytest.mark.parametrize("state", [State.UNSUBSCRIBED, State.BOUNCED, State.COMPLAINED])
def test_a_list_revives_nobody(state: str) -> None:
    people = [make_subscriber(f"gone{n}@example.com", state=state) for n in range(20)]
    text = "email,state\n" + "".join(f"{p.email.upper()},active\n" for p in people)
    for _ in range(2):
        assert counts(take_in(text)) == {"left here: not revived": 20}
    assert not Subscriber.objects.active().exists()


def test_who_was_erased_does_not_come_back_by_a_list() -> None:
    Suppression.objects.create(address_key=address_key("ada@example.com"), reason="unsubscribed")
    assert counts(take_in("ADA@example.com\n")) == {"left here: not revived": 1}
    assert not Subscriber.objects.exists()


def test_who_left_there_is_taken_out_here_for_good() -> None:
    make_subscriber("ada@example.com")
    out = "email,state\nada@example.com,unsubscribed\n"
    assert counts(take_in(out)) == {"taken out, since they left there": 1}
    assert counts(take_in("ada@example.com\n")) == {"left here: not revived": 1}
    assert Suppression.objects.count() == 1


def test_who_is_here_stays_as_they_are() -> None:
    make_subscriber("ada@example.com", asked_on="subscribe/1")
    before = Subscriber.objects.values().get()
    assert counts(take_in("email\nada@example.com\n")) == {"here already": 1}
    assert Subscriber.objects.values().get() == before


def test_who_waited_here_and_agreed_there_is_in() -> None:
    make_subscriber("ada@example.com", state=State.PENDING, confirmed_at=None)
    assert counts(take_in("ada@example.com\n")) == {"new": 1}
    assert states() == {"ada@example.com": "active"}


def test_nobody_is_mailed_by_an_import_and_it_is_in_the_history() -> None:
    take_in("ada@example.com\n")
    assert not Fact.objects.exists()
    assert ConsentEvent.objects.get().what == "imported"


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    make_subscriber("gone@example.com", state=State.UNSUBSCRIBED)
    text = "email\nada@example.com\ngone@example.com\nnobody\n"
    dry = counts(take_in(text, dry=True))
    assert Subscriber.objects.count() == 1
    assert dry == counts(take_in(text))


@pytest.mark.parametrize("dry", [True, False])
def test_what_cannot_be_read_is_named_and_costs_nobody(dry: bool) -> None:
    make_section("News")
    tally = take_in(
        "email,confirmed_at,paused_until,sections\n"
        "ada@example.com,3/14/2019 10:22,31/02/2026,news nosuch\n"
        "bea@example.com,2019-03-14,2026-02-28,news\n",
        dry=dry,
    )
    assert counts(tally) == {"new": 2, "of these, with something left out": 1}
    [[line, why]] = tally.refused
    assert line == 2
    for left_out in ("confirmed_at, “3/14/2019 10:22”", "paused_until, “31/02/2026”", "“nosuch”"):
        assert left_out in str(why)
    assert "ada" not in str(why)


def test_the_command_counts_and_names_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\nada@example.com\nnobody\n")
    call_command("import_subscribers", str(path), "--dry-run")
    assert "line 3: Write one address" in (said := capsys.readouterr().out)
    assert "Nothing changed. It would be: 1 new, 1 refused" in said
    assert not Subscriber.objects.exists()
    call_command("import_subscribers", str(path))
    call_command("export_subscribers")
    assert "ada@example.com,active" in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_subscribers", str(tmp_path / "none.csv"))


# Uploaded lists


def upload(text: str, **values: Any) -> Import:
    known = {"by": make_editor(), "now": NOW, **values}
    return importing.upload("list.csv", [text.encode()], **known)


def test_an_upload_is_counted_then_accepted_then_taken_in_then_forgotten() -> None:
    job = upload("email\nada@example.com\nnobody\n")
    importing.work_off(NOW)
    job.refresh_from_db()
    assert (job.state, job.counts) == ("counted", {"new": 1, "refused": 1})
    assert not Subscriber.objects.exists()
    assert importing.work_off(NOW) == 0
    assert job.by is not None
    assert importing.accept(job, by=job.by)
    assert not importing.accept(job, by=job.by)
    importing.work_off(NOW)
    job.refresh_from_db()
    assert (job.state, job.counts, bytes(job.content)) == ("done", {"new": 1, "refused": 1}, b"")
    assert states() == {"ada@example.com": "active"}


def test_a_worker_that_died_is_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    job = upload("email\n" + "".join(f"n{n}@x.example\n" for n in range(7)))
    importing.work_off(NOW)
    assert job.by is not None
    importing.accept(job, by=job.by)
    real, calls = taking.take, iter([True, True, False])

    def die(*args: Any, **kwargs: Any) -> None:
        if not next(calls):
            raise KeyboardInterrupt
        real(*args, **kwargs)

    monkeypatch.setattr(importing, "take", die)
    with pytest.raises(KeyboardInterrupt):
        importing.work_off(NOW)
    assert Subscriber.objects.count() == 4
    monkeypatch.setattr(importing, "take", real)
    importing.work_off(NOW)
    job.refresh_from_db()
    assert (job.state, job.counts) == ("done", {"new": 7})


def test_a_list_that_breaks_in_the_middle_says_so_and_is_forgotten() -> None:
    job = upload('email\nada@example.com\n"' + "x" * 200_000)
    importing.work_off(NOW)
    job.refresh_from_db()
    assert (job.state, bytes(job.content)) == ("failed", b"")
    assert "Is a quote open" in job.error


def test_a_huge_upload_is_refused_before_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST", 1024 * 1024)
    with pytest.raises(TableError, match="larger than 1 MB"):
        importing.upload(
            "x", (b"a@x.example\n" * 1000 for _ in range(999)), by=make_editor(), now=NOW
        )
    assert not Import.objects.exists()


def test_a_list_left_lying_is_dropped_after_a_day() -> None:
    job = upload("ada@example.com\n")
    importing.work_off(NOW)
    assert importing.drop_abandoned(NOW + timedelta(hours=23)) == 0
    assert importing.drop_abandoned(NOW + timedelta(hours=25)) == 1
    job.refresh_from_db()
    assert (job.state, bytes(job.content)) == ("dropped", b"")


def test_only_who_may_brings_lists_in_or_takes_them_out() -> None:
    nobody = make_staff("bob", "audience.view_subscriber")
    with pytest.raises(NotAllowedError):
        upload("ada@example.com\n", by=nobody)
    with pytest.raises(NotAllowedError):
        exporting.export(by=nobody)


def test_an_upload_is_packed() -> None:
    job = upload("ada@example.com\n")
    assert gzip.decompress(bytes(job.content)) == b"ada@example.com\n"
