"""What every installation of the platform has, wherever it runs: its services, their databases and
roles, topics and buckets, and who may open what."""

SERVICES = ("intake", "cases", "referrals", "attachments", "notifications", "audit")

KEYS = "keys"
"""The database with the sealing keys, wrapped."""

DATABASES = (*SERVICES, KEYS)

SEALING = frozenset({"intake", "cases", "referrals", "attachments"})
"""The services that read or write personal fields: only they can open the keys."""

MAILING = frozenset({"notifications"})

BUCKETS = {"evidence": "attachments"}
"""Bucket, and the service that owns it."""

BUCKET_OF = {service: bucket for bucket, service in BUCKETS.items()}

TOPICS = SERVICES
"""The topics that hold facts: one for each service, of one partition, kept for ever."""

PASSING_TOPICS = ("notifications-ticks",)
"""Topics that hold no facts: what a service tells itself, kept for an hour."""


def roles_of(database: str) -> tuple[str, ...]:
    """Who signs in there; its role `writer` of `cases` is PostgreSQL's user `cases_writer`."""
    return ("migrator", "sealer") if database == KEYS else ("migrator", "writer", "reader")
