from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "rounds"
    verbose_name = "照会"

    def ready(self) -> None:
        from accounts import holdings
        from audit import checks
        from rounds import exports, integrity, sections
        from rounds.holders import ReplyHolder
        from rounds.questions import QuestionSection

        exports.register_all()
        sections.register(QuestionSection())
        holdings.register(ReplyHolder())
        checks.register("受理した回答の添付", integrity.broken_attachments)
