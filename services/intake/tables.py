"""The read models' tables, and the fact of `cases` beside them."""

import sqlalchemy as sa

reports = sa.table(
    "reports_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("report_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("channel", sa.Text),
    sa.column("received_at", sa.DateTime(timezone=True)),
    sa.column("narrative", sa.Text),
    sa.column("language", sa.Text),
    sa.column("person_id", sa.Uuid),
    sa.column("case_id", sa.Uuid),
)
persons = sa.table(
    "persons_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("person_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("registered_at", sa.DateTime(timezone=True)),
    sa.column("names", sa.Text),
    sa.column("birth_date", sa.Text),
    sa.column("gender", sa.Text),
    sa.column("citizenship", sa.Text),
    sa.column("languages", sa.Text),
)
holders = sa.table(
    "holders_of_case",
    sa.column("organisation", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("person_id", sa.Uuid),
    sa.column("report_id", sa.Uuid),
)
