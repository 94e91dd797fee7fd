from typing import Any

from django.db import migrations, models
from django.db.models import F, Max, OuterRef, Q, Subquery


def settle(apps: Any, schema_editor: Any) -> None:
    """What `curation.uses.settle` keeps from now on, for all that ran before."""
    ran = apps.get_model("curation", "LinkUse").objects.exclude(published_at=None).order_by()
    of_link = ran.filter(link=OuterRef("pk")).values("link")
    newest = of_link.annotate(newest=Max("placed_at")).values("newest")
    links = apps.get_model("curation", "Link").objects.filter(pk__in=ran.values("link"))
    links.update(settled_at=Subquery(newest))


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0005_capture_and_rules"),
        ("publication", "0003_seed_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=Q(
                    ("merged_into", None),
                    ("state", "shortlisted"),
                    Q(
                        ("settled_at", None),
                        ("settled_at__lt", F("state_since")),
                        _connector="OR",
                    ),
                ),
                fields=[
                    "state",
                    "-state_since",
                    "-id",
                    "section",
                    "kind",
                    "language",
                    "published_at",
                ],
                name="link_unsettled",
            ),
        ),
    ]
