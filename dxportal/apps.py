from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "dxportal"
    verbose_name = "DX推進ポータル"
