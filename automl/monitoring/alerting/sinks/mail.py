"""E-mail by SMTP: plain text, the subject says how serious it is, which model, and which columns."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Literal

from automl.monitoring.alerting.sinks.base import (
    DeliveryError,
    Named,
    Payload,
    secret,
    subject,
    summary,
    trusted,
)

__all__ = ["Mail", "Security"]

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Mail(Named):
    """An SMTP server, and to whom it shall bring alerts.

    Attributes
    ----------
    host : str
    port : int
    security : {"starttls", "tls", "none"}
        `none` on this machine only.
    sender : str
    to : tuple of str
    user_env, password_env : str or None
        Environment variables with what to log in with.
    ca_file : Path or None
        Certificates to trust beside the system's.
    seconds : float
        To wait for each answer.
    """

    host: str
    port: int
    security: Security
    sender: str
    to: tuple[str, ...]
    user_env: str | None
    password_env: str | None
    ca_file: Path | None
    seconds: float

    @property
    def _where(self) -> str:
        return f"the sink {self.name!r}"

    def ready(self) -> None:
        """See to it that the password is there."""
        for variable in (self.user_env, self.password_env):
            if variable is not None:
                secret(variable, self._where)
        trusted(self.ca_file, self._where)

    def send(self, payload: Payload) -> None:
        """Send one message to all."""
        message = self.message(payload)
        try:
            with self._connected() as server:
                if self.security == "starttls":
                    server.starttls(context=trusted(self.ca_file, self._where))
                if self.user_env is not None and self.password_env is not None:
                    server.login(secret(self.user_env, self._where), secret(self.password_env, self._where))
                refused = server.send_message(message)
        except smtplib.SMTPResponseException as error:  # what it says to a login may hold the name
            raise DeliveryError(f"{self.name}: the server answers {error.smtp_code}.") from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(
                f"{self.name}: {self.host} cannot be told ({type(error).__name__})."
            ) from None
        if refused:
            raise DeliveryError(
                f"{self.name}: the server refuses {len(refused)} of {len(self.to)} addresses."
            )

    def message(self, payload: Payload) -> EmailMessage:
        """The message; its id is the event's, so that a second copy can be told."""
        made = EmailMessage()
        made["Subject"] = subject(payload)
        made["From"], made["To"] = self.sender, ", ".join(self.to)
        made["Date"] = formatdate(usegmt=True)
        made["Message-ID"] = f"<{payload['id']}@glassbench>"
        made["Auto-Submitted"] = "auto-generated"  # no answering machine shall answer
        made.set_content(summary(payload))
        return made

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.seconds, context=trusted(self.ca_file, self._where)
            )
        return smtplib.SMTP(self.host, self.port, timeout=self.seconds)
