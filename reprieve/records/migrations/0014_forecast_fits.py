from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0013_parked_frames'),
    ]

    operations = [
        migrations.AddField(
            model_name='forecast',
            name='fits',
            field=models.BooleanField(null=True),
        ),
    ]
