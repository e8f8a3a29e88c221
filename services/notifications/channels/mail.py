"""Mail without personal data: that something waits, and which referral it is about."""

from email.message import EmailMessage
from uuid import UUID, uuid5

import aiosmtplib

from shared.eventstore.errors import Retryable
from shared.runtime.settings import SmtpSettings

TIMEOUT = 5.0
"""Seconds for each answer of the mail server."""

NEVER = 500
"""From this reply code on, a mail server means it for good."""

TEXT = """\
Something waits for you in the case management system.

Referral: {about}

Sign in to read it. This message says no more because mail can be read on its way.
"""


class AddressRefused(Exception):
    """The mail server will never take mail for this address."""


class MailPutOff(Exception):
    """The mail server does not take this mail now."""


class MailBox:
    """The mail server, and the address that mail comes from."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    async def send(self, to: str, about: UUID, message_id: UUID) -> None:
        """Returns once the server has taken the mail. `message_id` shows a repeat as one.

        Raises:
            AddressRefused, MailPutOff: this mail alone.
            Retryable: the server is away, or refuses us.
        """
        settings = self._settings
        try:
            await aiosmtplib.send(
                letter(settings.smtp_sender, to, about, message_id),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=settings.smtp_password,
                start_tls=settings.smtp_starttls,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            for_good = all(each.code >= NEVER for each in refused.recipients)
            raise (AddressRefused if for_good else MailPutOff) from None
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused):
            raise MailPutOff from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its text may hold the address.
            raise Retryable(f"mail server: {type(error).__name__}") from None


def letter(sender: str, to: str, about: UUID, message_id: UUID) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "Something waits for you"
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(TEXT.format(about=about))
    return message


def message_id(notification_id: UUID, staff: UUID) -> UUID:
    """The same for every attempt."""
    return uuid5(notification_id, f"mail/{staff}")
