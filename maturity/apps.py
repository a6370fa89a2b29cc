from django.apps import AppConfig


class MaturityConfig(AppConfig):
    name = "maturity"
    verbose_name = "成熟度"

    def ready(self) -> None:
        from maturity import exports, exports_evidence, resources
        from maturity.sections import MaturitySection
        from rounds import sections

        sections.register(MaturitySection())
        exports.register_all()
        exports_evidence.register_all()
        resources.register_all()
