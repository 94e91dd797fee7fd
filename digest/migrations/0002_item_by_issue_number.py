from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """What ran already gets its number, and what was said of it from the artefact."""
    Item = apps.get_model("digest", "PublishedItem")
    Issue = apps.get_model("digest", "Issue")
    issue = Issue.objects.filter(pk=OuterRef("issue_id"))
    Item.objects.update(
        number=Subquery(issue.values("number")[:1]),
        published_at=Subquery(issue.values("published_at")[:1]),
    )
    Item.objects.filter(kind="sponsor").update(label="Sponsored")
    Rendered = apps.get_model("digest", "RenderedIssue")
    for rendered in Rendered.objects.order_by("revision").iterator():
        for value in rendered.items:
            channels = "feeds" in value["channels"]
            rows = Item.objects.filter(uid=value["uid"])
            rows.update(blurb=value["blurb"], in_feeds=channels)


class Migration(migrations.Migration):
    dependencies = [("digest", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="publisheditem", options={"ordering": ["-published_at", "-number", "position"]}
        ),
        migrations.RemoveIndex(model_name="publisheditem", name="item_by_section"),
        migrations.RemoveIndex(model_name="publisheditem", name="item_by_domain"),
        migrations.AddField(
            model_name="publisheditem", name="blurb", field=models.TextField(blank=True, default="")
        ),
        migrations.AddField(
            model_name="publisheditem", name="in_feeds", field=models.BooleanField(default=True)
        ),
        migrations.AddField(
            model_name="publisheditem",
            name="label",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="publisheditem",
            name="number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="publisheditem",
            name="published_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="publisheditem", name="blurb", field=models.TextField(blank=True)
        ),
        migrations.AlterField(
            model_name="publisheditem",
            name="label",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="publisheditem", name="number", field=models.PositiveIntegerField()
        ),
        migrations.AlterField(
            model_name="publisheditem", name="published_at", field=models.DateTimeField()
        ),
        migrations.AddIndex(
            model_name="publisheditem",
            index=models.Index(
                fields=["section_slug", "-published_at", "-number", "position"], name="item_by_section"
            ),
        ),
        migrations.AddIndex(
            model_name="publisheditem",
            index=models.Index(fields=["domain", "-published_at", "-number", "position"], name="item_by_domain"),
        ),
        migrations.AddIndex(
            model_name="publisheditem",
            index=models.Index(
                condition=models.Q(("in_web", True), models.Q(("kind", "sponsor"), _negated=True)),
                fields=["section_slug"],
                name="item_by_shelf",
            ),
        ),
    ]
