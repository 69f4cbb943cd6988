from django.db import migrations, models


class Migration(migrations.Migration):
    """The trail is searched by the record it names."""

    dependencies = [
        ('records', '0014_forecast_fits'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['subject', 'clinic'], name='audit_of_subject'),
        ),
    ]
