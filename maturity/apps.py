from django.apps import AppConfig


class MaturityConfig(AppConfig):
    name = "maturity"
    verbose_name = "成熟度"

    def ready(self) -> None:
        from maturity import exports, resources
        from maturity.sections import MaturitySection
        from rounds import sections

        sections.register(MaturitySection())
        exports.register_all()
        resources.register_all()
