"""Tokens hold by a right made from events; those made before have none and are taken away."""

from typing import Any

from django.db import migrations, models


def take_away(apps: Any, schema_editor: Any) -> None:
    apps.get_model("api", "Token").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("people", "0005_signed_in"),
    ]

    operations = [
        migrations.RunPython(take_away, migrations.RunPython.noop),
        migrations.RemoveField(model_name="token", name="revoked"),
        migrations.AddField(
            model_name="token",
            name="right",
            field=models.CharField(default="", max_length=60, unique=True),
            preserve_default=False,
        ),
    ]
