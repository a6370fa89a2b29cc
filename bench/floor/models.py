"""The table of actions, read as it stands."""

from django.db import models


class Row(models.Model):
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    lifecycle = models.CharField(max_length=10)
    percent = models.PositiveSmallIntegerField()
    ends_on = models.DateField()
    reported_as_of = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "actions_action"

    def __str__(self) -> str:
        return self.title
