"""The read models' tables, as the queries and projections name them."""

import sqlalchemy as sa

MOMENT = sa.DateTime(timezone=True)

access = sa.table(
    "access_of_case",
    sa.column("case_id", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("basis", sa.Uuid),
)
files = sa.table(
    "evidence_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("evidence_id", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("state", sa.Text),
    sa.column("uploaded_by", sa.Uuid),  # an organisation
    sa.column("filename", sa.Text),  # sealed
    sa.column("media_type", sa.Text),  # sealed
    sa.column("size", sa.BigInteger),  # bytes
    sa.column("sha256", sa.Text),
    sa.column("started_at", MOMENT),
    sa.column("sealed_at", MOMENT),
)
unsealed = sa.table("evidence_to_seal", sa.column("evidence_id", sa.Uuid))
