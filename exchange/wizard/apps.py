from django.apps import AppConfig


class WizardConfig(AppConfig):
    name = "exchange.wizard"
    label = "wizard"
    verbose_name = "取り込みウィザード"
