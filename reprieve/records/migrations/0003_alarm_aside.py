"""An index over the few transitions that put a limit aside."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0008_registry")]

    operations = [
        migrations.AddIndex(
            model_name="alarmtransition",
            index=models.Index(
                fields=["encounter"],
                name="alarm_aside",
                condition=models.Q(kind="suspension"),
            ),
        ),
    ]
