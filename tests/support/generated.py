"""How values are generated: as many as ever, however slow or busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "vcms", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("vcms")
