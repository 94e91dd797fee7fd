from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0007_preflight_and_runs"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="gone_since",
            field=models.DateTimeField(null=True),
        ),
    ]
