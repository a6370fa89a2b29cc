from django.apps import AppConfig


class BlanksConfig(AppConfig):
    name = "exchange.blanks"
    label = "blanks"
    verbose_name = "様式"
