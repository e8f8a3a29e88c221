"""The read models' tables, as the queries and projections name them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

MOMENT = sa.DateTime(timezone=True)
IDENTITY = ("names", "birth_date", "gender", "citizenship", "languages")

cases = sa.table(
    "cases_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("held_by", sa.Text),
    sa.column("categories", ARRAY(sa.Text)),
    sa.column("opened", sa.BigInteger),
    sa.column("opened_at", MOMENT),
    sa.column("version", sa.Integer),
    sa.column("person_id", sa.Uuid),
    sa.column("owner_organisation", sa.Uuid),
    sa.column("owner", sa.Uuid),
    sa.column("arriving_from", sa.Uuid),
    sa.column("profile", sa.Text),
    *(sa.column(name, sa.Text) for name in IDENTITY),
)
numbers = sa.table(
    "numbers_of_case",
    sa.column("organisation", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("position", sa.BigInteger),
    sa.column("kind", sa.Text),
    sa.column("issuer", sa.Text),
    sa.column("number", sa.Text),
    sa.column("valid_from", sa.Text),
    sa.column("valid_to", sa.Text),
)
timeline = sa.table(
    "timeline_of_case",
    sa.column("organisation", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("position", sa.BigInteger),
    sa.column("event_id", sa.Uuid),
    sa.column("type", sa.Text),
    sa.column("category", sa.Text),
    sa.column("occurred_at", MOMENT),
    sa.column("recorded_at", MOMENT),
    sa.column("actor", sa.Text),
    sa.column("fields", JSONB),
    sa.column("sealed", JSONB),
)
persons = sa.table(
    "persons_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("person_id", sa.Uuid),
    *(sa.column(name, sa.Text) for name in IDENTITY),
)
partings = sa.table(
    "partings",
    sa.column("organisation", sa.Uuid),
    sa.column("person_id", sa.Uuid),
)
grants = sa.table(
    "grants",
    sa.column("case_id", sa.Uuid),
    sa.column("referral_id", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("granted_by", sa.Uuid),
    sa.column("categories", ARRAY(sa.Text)),
)
