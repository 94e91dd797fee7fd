from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digest", "0010_corrections_and_moves")]

    operations = [
        migrations.AddIndex(
            model_name="publisheditem",
            index=models.Index(
                fields=["-published_at", "-number", "position"], name="item_by_time"
            ),
        ),
    ]
