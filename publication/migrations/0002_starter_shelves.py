"""A new install has shelves to sort links onto from its first minute."""

from typing import Any

from django.db import migrations

SHELVES = [
    ("news", "News", "links"),
    ("updates", "Updates", "text"),
    ("sponsored", "Sponsored", "sponsor"),
    ("articles", "Articles", "links"),
    ("events", "Events", "events"),
    ("videos", "Videos", "media"),
    ("podcasts", "Podcasts", "media"),
    ("projects", "Projects", "projects"),
    ("jobs", "Jobs", "jobs"),
]


def add_shelves(apps: Any, schema_editor: Any) -> None:
    Section = apps.get_model("publication", "Section")
    if Section.objects.exists():
        return
    for position, (slug, title, kind) in enumerate(SHELVES):
        Section.objects.create(slug=slug, title=title, kind=kind, position=position)


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_initial")]

    operations = [migrations.RunPython(add_shelves, migrations.RunPython.noop)]
