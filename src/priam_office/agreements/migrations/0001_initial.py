"""Tables of sources and claims."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                ("source", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("publisher", models.TextField()),
                ("date", models.CharField(max_length=32)),
                ("url", models.TextField(blank=True)),
                ("event_id", models.CharField(max_length=36)),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("claim", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("place", models.BigIntegerField(db_index=True)),
                ("claimed_on", models.CharField(max_length=32)),
                ("claimant", models.TextField()),
                ("party", models.CharField(db_index=True, max_length=100)),
                ("measure", models.CharField(db_index=True, max_length=200)),
                ("value", models.TextField(blank=True)),
                ("count", models.BigIntegerField(null=True)),
                ("qualifier", models.CharField(max_length=200)),
                ("unit", models.CharField(blank=True, max_length=100)),
                ("note", models.TextField(blank=True)),
                ("agreement", models.CharField(blank=True, db_index=True, max_length=200)),
                ("subject", models.TextField()),
                ("event_id", models.CharField(max_length=36)),
                ("status", models.CharField(default="stands", max_length=16)),
                ("replaced_by", models.CharField(blank=True, max_length=200)),
                ("ended_by", models.CharField(blank=True, max_length=36)),
                ("reason", models.TextField(blank=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="agreements.source",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
    ]
