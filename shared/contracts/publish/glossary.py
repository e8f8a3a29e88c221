"""Names of fields that mean the same wherever they stand."""

from collections.abc import Mapping

GLOSSARY: Mapping[str, str] = {
    "case_id": "The case.",
    "evidence_id": "The file.",
    "from_organisation": "The sender.",
    "notification_id": "The notification.",
    "parties": "Who refers whose case to whom.",
    "person_id": "The person.",
    "referral_id": "The referral.",
    "reminder_id": "The reminder.",
    "replay_id": "The replay.",
    "report_id": "The report.",
    "to_organisation": "The receiver.",
}
