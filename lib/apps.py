from django.apps import AppConfig

from lib import folding, lookups


class LibConfig(AppConfig):
    name = "lib"
    verbose_name = "共通"

    def ready(self) -> None:
        folding.install()
        lookups.install()
