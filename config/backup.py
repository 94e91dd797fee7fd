"""All of an install in one file: every row, whatever the database, and the uploads.

A zip with `about.json`, a file of lines for each table, and the uploads. Rows are written as
text by their fields, so what was saved from SQLite is restored into PostgreSQL and back.
"""

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Model
from django.utils import timezone

from delivery import holding

Tell = Callable[[str, int], None]

ABOUT, ROWS, UPLOADS = "about.json", "rows/", "uploads/"
FORMAT = 1
BATCH = 500
# Logs in again, and looks anew: nothing of it is missed.
LEFT_OUT = {"sessions.session"}
# What tells an install that is in use from a new one.
TELLING = ("curation.Link", "digest.Issue", "audience.Subscriber", "curation.Feed")


class BackupError(Exception):
    """It cannot be saved or restored; the message says why. Nothing was changed."""


def save(file: Path, tell: Tell | None = None) -> int:
    """Write everything to `file`, as of one moment; answers the number of rows.

    Whole or not at all, and for nobody else to read: addresses are in it. Raises BackupError.
    """
    draft = file.with_name(f"{file.name}.part")
    try:
        with _private(draft) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            with _one_moment():
                archive.writestr(ABOUT, json.dumps(_about()))
                count = sum(_save_table(archive, model, tell) for model in _models())
            for path in _uploads():
                archive.write(path, f"{UPLOADS}{path.relative_to(settings.MEDIA_ROOT)}")
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    return count


def restore(file: Path, *, replace: bool = False, tell: Tell | None = None) -> int:
    """Put everything in `file` in the place of what is there; answers the number of rows.

    An install in use is only given up with `replace`. What was being mailed is held. Raises
    BackupError.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read(ABOUT))
            _check(about, replace=replace)
            with transaction.atomic():
                _empty()
                count = sum(_restore_table(archive, model, tell) for model in _models())
                _go_on_counting()
                holding.hold_restored(datetime.fromisoformat(about["at"]), timezone.now())
            _restore_uploads(archive)
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{file} is not a backup of Newsdesk, or it is damaged.") from error
    return count


def _models() -> list[type[Model]]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and _name(model) not in LEFT_OUT]


def _name(model: type[Model]) -> str:
    return model._meta.label_lower


def _about() -> dict[str, Any]:
    """Rows only fit into the tables they came from: which migrations those had."""
    applied = MigrationRecorder(connection).applied_migrations()
    at = timezone.now().isoformat()
    return {"format": FORMAT, "migrations": sorted(map(list, applied)), "at": at}


def _check(about: dict[str, Any], *, replace: bool) -> None:
    if about["format"] != FORMAT or about["migrations"] != _about()["migrations"]:
        raise BackupError(
            "It was made by another release. Restore it with that one, then upgrade and migrate."
        )
    used = any(apps.get_model(name)._base_manager.exists() for name in TELLING)
    if used and not replace:
        raise BackupError("This install is in use. Add --replace to give up what is in it.")


def _save_table(archive: zipfile.ZipFile, model: type[Model], tell: Tell | None) -> int:
    fields, count = model._meta.concrete_fields, 0
    rows = model._base_manager.order_by("pk").iterator(chunk_size=BATCH)
    with archive.open(f"{ROWS}{_name(model)}", "w", force_zip64=True) as lines:
        for row in rows:
            values = [_text(field, row) for field in fields]
            lines.write(json.dumps(values, cls=DjangoJSONEncoder).encode() + b"\n")
            count += 1
    if tell:
        tell(_name(model), count)
    return count


def _text(field: "Field[Any, Any]", row: Model) -> Any:
    value = field.value_from_object(row)
    return None if value is None else field.value_to_string(row)


def _restore_table(archive: zipfile.ZipFile, model: type[Model], tell: Tell | None) -> int:
    count = 0
    with archive.open(f"{ROWS}{_name(model)}") as lines:
        for batch in batched(_rows(model, lines), BATCH, strict=False):
            # As they were: nothing is dated anew, and no manager has a say.
            model._base_manager.all()._insert(  # type: ignore[attr-defined]
                batch, fields=model._meta.concrete_fields, using=connection.alias, raw=True
            )
            count += len(batch)
    if tell:
        tell(_name(model), count)
    return count


def _rows(model: type[Model], lines: Iterable[bytes]) -> Iterator[Model]:
    fields = model._meta.concrete_fields
    for line in lines:
        values = zip(fields, json.loads(line), strict=True)
        yield model(**{f.attname: None if v is None else f.to_python(v) for f, v in values})


def _empty() -> None:
    tables = [model._meta.db_table for model in _models()]
    statements = connection.ops.sql_flush(no_style(), tables, allow_cascade=True)
    connection.ops.execute_sql_flush(statements)


def _go_on_counting() -> None:
    """The next row gets the number after the last one, not one that is taken."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _uploads() -> list[Path]:
    folder = Path(settings.MEDIA_ROOT) if settings.MEDIA_ROOT else None
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []


def _restore_uploads(archive: zipfile.ZipFile) -> None:
    folder = Path(settings.MEDIA_ROOT).resolve()
    for name in archive.namelist():
        target = (folder / name.removeprefix(UPLOADS)).resolve()
        if name.startswith(UPLOADS) and target.is_relative_to(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


@contextmanager
def _private(file: Path) -> Iterator[Any]:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        yield raw


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as they stand together, while others go on writing."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        # A reader's transaction: Django's own would keep all writers out.
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")
