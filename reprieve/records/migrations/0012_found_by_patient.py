from django.db import migrations, models


class Migration(migrations.Migration):
    """What hangs on one patient is found without walking through the clinic's rows."""

    dependencies = [
        ('records', '0011_reminders'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='identityindex',
            index=models.Index(fields=['patient', 'clinic'], name='identity_of'),
        ),
        migrations.AddIndex(
            model_name='infusionstate',
            index=models.Index(fields=['patient', 'clinic'], name='infusion_of'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['patient', 'clinic'], name='work_of_patient'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['encounter', 'clinic'], name='work_of_encounter'),
        ),
    ]
