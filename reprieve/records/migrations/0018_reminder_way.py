from django.db import migrations, models


class Migration(migrations.Migration):
    """By mail or by text: how a patient wants to be reminded."""

    dependencies = [
        ('records', '0017_therapies_tried'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderchoice',
            name='way',
            field=models.CharField(max_length=4, null=True),
        ),
    ]
