from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publication", "0003_seed_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="takes_links",
            field=models.BooleanField(
                default=True,
                help_text="Off: the page for suggestions says that none are taken,"
                " and nothing leads there.",
                verbose_name="takes links from readers",
            ),
        ),
    ]
