from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = "会議"

    def ready(self) -> None:
        from accounts import holdings
        from audit import checks
        from meetings import exports, integrity, resources
        from meetings.holders import DecisionHolder

        checks.register(integrity.NAME, integrity.faults)
        resources.register_all()
        exports.register_all()
        holdings.register(DecisionHolder())
