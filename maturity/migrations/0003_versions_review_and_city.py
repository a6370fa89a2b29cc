import decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def share_lines_by_key(apps, schema_editor):
    """Until now axes of the same key were the same; the line says so from here on."""
    apps.get_model("maturity", "Axis").objects.update(line=F("key"))


def range_from_levels(apps, schema_editor):
    """A version stored before had its range only in its levels."""
    Rubric, Level = apps.get_model("maturity", "Rubric"), apps.get_model("maturity", "Level")
    for rubric in Rubric.objects.all():
        numbers = list(Level.objects.filter(axis__rubric=rubric).values_list("number", flat=True))
        if numbers and max(numbers) > min(numbers):
            Rubric.objects.filter(pk=rubric.pk).update(lowest=min(numbers), highest=max(numbers))


class Migration(migrations.Migration):
    dependencies = [
        ("maturity", "0002_rubric_target"),
        ("rounds", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CityAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版数')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='作成日時')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新日時')),
                ('level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='組織としてのレベル')),
                ('evidence', models.CharField(blank=True, max_length=500, verbose_name='根拠')),
                ('comment', models.CharField(blank=True, max_length=500, verbose_name='説明')),
            ],
            options={
                'verbose_name': '組織としての評価',
                'ordering': ('round', 'axis__order', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='axis',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now, verbose_name='作成日時'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='axis',
            name='line',
            field=models.CharField(db_index=True, default='', editable=False, max_length=60, verbose_name='系列'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='axis',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='更新日時'),
        ),
        migrations.AddField(
            model_name='axis',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='版数'),
        ),
        migrations.AddField(
            model_name='axis',
            name='weight',
            field=models.DecimalField(decimal_places=1, default=1, max_digits=4, validators=[django.core.validators.MinValueValidator(decimal.Decimal('0.1')), django.core.validators.MaxValueValidator(decimal.Decimal('100'))], verbose_name='重み'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='maturity.rubric', verbose_name='前の版'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='highest',
            field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MaxValueValidator(10)], verbose_name='最も高い段階'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='is_draft',
            field=models.BooleanField(default=False, verbose_name='下書き'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='lowest',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(10)], verbose_name='最も低い段階'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='公開日時'),
        ),
        migrations.AddField(
            model_name='rubric',
            name='uses_weights',
            field=models.BooleanField(default=False, verbose_name='軸に重みを付ける'),
        ),
        migrations.AddField(
            model_name='score',
            name='not_applicable_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='該当しない理由'),
        ),
        migrations.AddField(
            model_name='score',
            name='review_comment',
            field=models.CharField(blank=True, max_length=500, verbose_name='確認のコメント'),
        ),
        migrations.AddField(
            model_name='score',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='確認日時'),
        ),
        migrations.AddField(
            model_name='score',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='score',
            name='reviewed_level',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='確認後のレベル'),
        ),
        migrations.AlterField(
            model_name='level',
            name='descriptor',
            field=models.CharField(blank=True, max_length=300, verbose_name='到達した姿'),
        ),
        migrations.AlterField(
            model_name='rubric',
            name='label',
            field=models.CharField(error_messages={'unique': '同じ名前の版がすでにあります。'}, max_length=30, unique=True, verbose_name='版'),
        ),
        migrations.RunPython(share_lines_by_key, migrations.RunPython.noop),
        migrations.RunPython(range_from_levels, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='axis',
            constraint=models.UniqueConstraint(fields=('rubric', 'line'), name='axis_line_once'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.UniqueConstraint(condition=models.Q(('is_draft', True)), fields=('is_draft',), name='rubric_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.CheckConstraint(condition=models.Q(('is_draft', False), ('is_current', False), _connector='OR'), name='rubric_draft_not_current'),
        ),
        migrations.AddConstraint(
            model_name='rubric',
            constraint=models.CheckConstraint(condition=models.Q(('highest__gt', models.F('lowest'))), name='rubric_range'),
        ),
        migrations.AddField(
            model_name='cityassessment',
            name='axis',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='city_assessments', to='maturity.axis', verbose_name='軸'),
        ),
        migrations.AddField(
            model_name='cityassessment',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='city_assessments', to='rounds.round', verbose_name='照会'),
        ),
        migrations.AddField(
            model_name='cityassessment',
            name='saved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='cityassessment',
            constraint=models.UniqueConstraint(fields=('round', 'axis'), name='city_assessment_once'),
        ),
    ]
