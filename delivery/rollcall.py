"""The roll call: one row for everybody who gets an issue, made by the database.

A hundred thousand objects would go through Python only to repeat what the subscribers' rows say
already. This way they take seconds. Call in a transaction: all of them are there or none.
"""

from itertools import batched

from django.db import connection, models
from django.db.models import CharField, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import UUID4, Cast, Concat

from audience.models import Subscriber, SubscriberQuerySet
from delivery.mails import by_choice, mail_of
from delivery.models import Delivery, Mailing, RenderedMail

NOTHING = "none of their sections"
AT_ONCE = 500
State = Delivery.State


def call_roll(mailing: Mailing, *, host: str) -> int:
    """Make the missing rows of a mailing that has its `released_at`. Answers how many.

    Whoever had confirmed by that hour gets one; called again it adds the same people, once.
    `host` stands behind the @ of each Message-ID.
    """
    hour = mailing.released_at
    if hour is None:
        raise ValueError(f"{mailing} has no hour by which to be in.")
    asked = Subscriber.objects.mailable(hour).filter(confirmed_at__lte=hour)
    added = 0
    # Those with a choice first; then all who have no row yet.
    for gone, people in by_choice(mailing.rendered, asked).items():
        mail = mail_of(mailing.rendered, gone or ())
        ended = {} if gone is not None else _nothing_for_them(mailing)
        for some in batched(people, AT_ONCE, strict=False):
            chosen = asked.filter(pk__in=some)
            added += add_rows(mailing, mail, chosen, host=host, **ended)
    return added + add_rows(mailing, mail_of(mailing.rendered), asked, host=host)


def add_rows(
    mailing: Mailing,
    mail: RenderedMail,
    people: SubscriberQuerySet,
    *,
    host: str,
    **others: Combinable,
) -> int:
    """One row of `mailing` for each of `people` who has none. Answers how many."""
    hour = Value(mailing.released_at, output_field=models.DateTimeField())
    values: dict[str, Combinable] = {
        **_defaults(),
        "mailing": Value(mailing.pk),
        "mail": Value(mail.pk),
        "subscriber": F("pk"),
        "address_key": F("address_key"),
        "message_id": Concat(Value("<"), Cast(UUID4(), CharField()), Value(f"@{host}>")),
        "next_attempt_at": hour,
        **others,
    }
    chosen = (
        people.annotate(**{f"row_{name}": value for name, value in values.items()})
        .values_list(*(f"row_{name}" for name in values))
        .order_by("pk")
    )
    return _insert(list(values), chosen)


def _nothing_for_them(mailing: Mailing) -> dict[str, Combinable]:
    """The issue has none of the sections they chose: a row that says so, and no mail."""
    return {
        "state": Value(State.SKIPPED.value),
        "skip_reason": Value(NOTHING),
        "finished_at": Value(mailing.released_at, output_field=models.DateTimeField()),
    }


def _defaults() -> dict[str, Combinable]:
    """What a new row holds in every column that may not be empty."""
    fields = [field for field in Delivery._meta.concrete_fields if not field.null]
    return {
        field.name: Value(field.get_default(), output_field=field)
        for field in fields
        if not field.primary_key and not field.is_relation
    }


def _insert(names: list[str], rows: models.QuerySet[Subscriber, object]) -> int:
    """INSERT … SELECT, which Django has no word for. Rows that are there already stay."""
    quote = connection.ops.quote_name
    column = {field.name: str(field.column) for field in Delivery._meta.concrete_fields}
    columns = ", ".join(quote(column[name]) for name in names)
    select, parameters = rows.query.sql_with_params()
    # Our own columns and Django's own SELECT: nothing in it comes from outside.
    insert = f"INSERT INTO {quote(Delivery._meta.db_table)} ({columns}) {select}"
    with connection.cursor() as cursor:
        cursor.execute(f"{insert} ON CONFLICT DO NOTHING", parameters)
        return cursor.rowcount
