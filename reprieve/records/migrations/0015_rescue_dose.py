from django.db import migrations, models


class Migration(migrations.Migration):
    """What one dose of an opioid taken as needed holds: extra doses in the diary then count."""

    dependencies = [
        ('records', '0014_forecast_fits'),
    ]

    operations = [
        migrations.AddField(
            model_name='medicationstatement',
            name='mg_per_dose',
            field=models.DecimalField(decimal_places=3, max_digits=10, null=True),
        ),
    ]
