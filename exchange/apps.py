from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = "取り込みと出力"

    def ready(self) -> None:
        from exchange.exports import register_all as register_lists
        from exchange.resources import register_all

        register_all()
        register_lists()
