import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0012_found_by_patient'),
    ]

    operations = [
        migrations.CreateModel(
            name='ParkedFrame',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('measured_ms', models.BigIntegerField()),
                ('recorded_ms', models.BigIntegerField()),
                ('content_key', models.BigIntegerField()),
                ('signals', models.BinaryField()),
                ('parked', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.parkedmessage')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('parked', 'measured_ms', 'content_key'), name='parked_frame_once')],
            },
        ),
        migrations.AddIndex(
            model_name='parkedmessage',
            index=models.Index(fields=['clinic', 'sender', 'bed'], name='parked_by_sender'),
        ),
    ]
