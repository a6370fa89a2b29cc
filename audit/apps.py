from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "操作の記録"

    def ready(self) -> None:
        from audit.services import append, last_writer
        from lib import ledger

        ledger.register(append)
        ledger.register_reader(last_writer)
