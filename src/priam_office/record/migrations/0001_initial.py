"""Tables of the record, and the triggers that guard them."""

from django.db import migrations, models

from priam_office.record import guards


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("edge", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["size"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.CharField(max_length=36, unique=True)),
                ("type", models.CharField(db_index=True, max_length=64)),
                ("version", models.SmallIntegerField()),
                ("actor", models.CharField(max_length=300)),
                ("claimed_time", models.CharField(max_length=32)),
                ("received_time", models.CharField(max_length=32)),
                ("commitment", models.CharField(max_length=64)),
                ("payload", models.TextField()),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.CharField(max_length=36)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("place", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Salt",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=64)),
            ],
        ),
        migrations.RunPython(guards.install_for, guards.remove_for),
    ]
