import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Of a therapy that was tried: its highest dose, from when to when, and why it was stopped."""

    dependencies = [
        ('records', '0016_referrers'),
    ]

    operations = [
        migrations.AddField(
            model_name='medicationstatement',
            name='highest',
            field=models.DecimalField(decimal_places=3, max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='highest_unit',
            field=models.CharField(max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='tried_from',
            field=models.CharField(max_length=7, null=True),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='tried_to',
            field=models.CharField(max_length=7, null=True),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='stopped_for',
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='medicationstatement',
            name='note',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.note'),
        ),
    ]
