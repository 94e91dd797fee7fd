"""All of an install in one file, and back: on either database, in the middle of a mailing."""

import json
import stat
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from config import backup
from curation.models import Link, LinkEvent
from delivery import mailings, sending
from delivery.models import Delivery, Mailing, RenderedMail
from digest.models import Issue
from publication.masthead import current
from publication.models import Publication
from tests.delivery.makers import make_mailing, make_rendered
from tests.makers import make_editor, make_entry, make_feed, make_link
from tests.sink import sinking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path, settings: LazySettings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "newsdesk.backup"


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    every = apps.get_models(include_auto_created=True)
    return {
        model._meta.label: [
            {name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in every
        if model._meta.label_lower not in backup.LEFT_OUT
    }


def make_install() -> None:
    """Some of everything, with what is hard: merged links, JSON, bytes, durations, old dates."""
    ann = make_editor("ann")
    into = make_link(title="Ünïcode “quotes” \U0001f195", note="a\nb")
    merged = make_link(merged_into=into)
    Link.objects.filter(pk=merged.pk).update(seen_at=timezone.now() - timedelta(days=900))
    LinkEvent.objects.create(link=into, actor=ann, actor_name="ann", verb="x", before={"a": None})
    make_entry(make_feed(usual_gap=timedelta(hours=7, microseconds=1)), into, tags=["a", "b"])
    make_mailing(readers=6)


def test_every_row_comes_back_as_it_was(file: Path) -> None:
    make_install()
    # One that is under way would be held: see below.
    Delivery.objects.update(state=Delivery.State.ACCEPTED)
    before = everything()
    assert sum(map(len, before.values())) > 50
    call_command("backup", file, verbosity=0)
    Link.objects.all().delete()
    Publication.objects.update(name="Changed")

    call_command("restore", file, replace=True, verbosity=0)

    assert everything() == before
    after = make_link(title="Next")
    assert after.pk not in {row["id"] for row in before["curation.Link"]}


def test_a_mailing_that_went_on_meanwhile_is_as_it_was_when_saved(
    file: Path, settings: LazySettings
) -> None:
    make_install()
    with sinking() as sink:
        settings.MAILERS = sink.options()
        call_command("backup", file, verbosity=0)
        sending.drain(timezone.now())
        assert len(sink.mails) == 6

        call_command("restore", file, replace=True, verbosity=0)

        assert Delivery.objects.filter(state="queued").count() == 6
        assert b"List-Unsubscribe-Post:" in bytes(RenderedMail.objects.get().source)
        sending.drain(timezone.now())
        assert len(sink.mails) == 6


def test_what_may_have_been_mailed_since_the_backup_waits_for_a_person(
    file: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    make_install()
    settings.MAIL_CANCEL_WINDOW = timedelta(0)
    later = mailings.start(make_rendered(mail_at=timezone.now()).issue_id)
    assert later is not None
    call_command("backup", file, verbosity=0)
    capsys.readouterr()
    with zipfile.ZipFile(file) as archive:
        about = json.loads(archive.read("about.json"))
    assert timezone.now() - datetime.fromisoformat(about["at"]) < timedelta(minutes=1)

    call_command("restore", file, replace=True, verbosity=0)

    running, due = Mailing.objects.order_by("pk")
    assert {running.state, due.state} == {Mailing.State.PAUSED}
    assert "the 6 who are open may have it since" in running.hold_reason
    assert "came due after the backup" in due.hold_reason
    page = f"/admin/delivery/mailing/{running.pk}/change/"
    assert f"{settings.SITE_URL}{page}" in capsys.readouterr().out
    client.force_login(User.objects.get())
    shown = client.get(page).text
    assert "the 6 who are open may have it since" in shown
    assert f"?q=%23{running.issue.number}&amp;state__exact=queued" in shown


def test_an_install_in_use_is_not_given_up_by_accident(file: Path) -> None:
    make_install()
    call_command("backup", file, verbosity=0)
    make_link(title="Since then")

    with pytest.raises(CommandError, match="in use"):
        call_command("restore", file, verbosity=0)
    assert Link.objects.filter(title="Since then").exists()


def test_what_another_release_made_is_refused_in_words(file: Path) -> None:
    call_command("backup", file, verbosity=0)
    about = {"format": 1, "migrations": [["digest", "0001_initial"]]}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("about.json", json.dumps(about))

    with pytest.raises(CommandError, match="another release"):
        call_command("restore", file, verbosity=0)


@pytest.mark.parametrize("damage", ["absent", "text", "cut", "tables missing"])
def test_a_damaged_file_changes_nothing(file: Path, damage: str) -> None:
    make_install()
    call_command("backup", file, verbosity=0)
    before = everything()
    if damage == "absent":
        file.unlink()
    elif damage == "text":
        file.write_text("not a zip")
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
    else:
        about = zipfile.ZipFile(file).read("about.json")
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("about.json", about)

    with pytest.raises(CommandError, match=r"cannot be read|not a backup"):
        call_command("restore", file, replace=True, verbosity=0)
    assert everything() == before


def test_uploads_come_back_and_no_name_leads_out_of_their_folder(
    file: Path, settings: LazySettings
) -> None:
    picture = Path(settings.MEDIA_ROOT) / "2026" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG")
    call_command("backup", file, verbosity=0)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("uploads/../../out.txt", "x")
    picture.unlink()

    call_command("restore", file, verbosity=0)

    assert picture.read_bytes() == b"\x89PNG"
    assert not (file.parent.parent / "out.txt").exists()
    assert not (file.parent / "out.txt").exists()


def test_it_is_for_nobody_else_to_read_and_whole_or_not_there(file: Path, tmp_path: Path) -> None:
    call_command("backup", file, verbosity=0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", tmp_path / "no" / "such" / "folder", verbosity=0)


def test_every_field_of_every_table_survives_as_text() -> None:
    """A field of a new kind must come back from its own words."""
    for model in backup._models():
        for field in model._meta.concrete_fields:
            assert not isinstance(field, models.GeneratedField), field


def test_writers_are_not_kept_out_meanwhile(file: Path) -> None:
    current()
    issues = Issue.objects.count()
    with backup._one_moment():
        assert Issue.objects.count() == issues
        if connection.vendor == "sqlite":
            other = connection.copy()
            other.cursor().execute("UPDATE publication_publication SET name = 'Meanwhile'")
            other.close()
        assert not Publication.objects.filter(name="Meanwhile").exists()
