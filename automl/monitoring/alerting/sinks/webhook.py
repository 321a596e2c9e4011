"""An HTTPS address that is told by POST, in JSON, signed.

    Content-Type: application/json
    Glassbench-Event: opened
    Glassbench-Delivery: 5f0c…                       the id; the same when it is sent again
    Glassbench-Signature: t=1764300000,v1=9a31…      HMAC-SHA256 of "1764300000." and the body

Whoever receives it computes the signature with the shared secret, compares in constant time, and refuses
times that are long past. A redirection is not followed: it would take the alert to an address that nobody
named.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from automl.monitoring.alerting.sinks.base import DeliveryError, Named, Payload, checked_url, secret, trusted

__all__ = ["SIGNATURE", "Webhook", "signature"]

SIGNATURE = "Glassbench-Signature"
_ANSWER = 4096  # bytes of the answer that are read


@dataclass(frozen=True)
class Webhook(Named):
    """An address that is told.

    Attributes
    ----------
    url : str or None
        Where it is not itself a secret.
    url_env, secret_env, token_env : str or None
        Environment variables with the address, the secret that signs, and a bearer token.
    ca_file : Path or None
        Certificates to trust beside the system's.
    seconds : float
        To wait for an answer.
    """

    url: str | None
    url_env: str | None
    secret_env: str | None
    token_env: str | None
    ca_file: Path | None
    seconds: float

    @property
    def _where(self) -> str:
        return f"the sink {self.name!r}"

    def ready(self) -> None:
        """See to it that the address and the secrets are there."""
        self._address()
        for variable in (self.secret_env, self.token_env):
            if variable is not None:
                secret(variable, self._where)
        if self.ca_file is not None:
            trusted(self.ca_file, self._where)

    def send(self, payload: Payload) -> None:
        """Post it; anything but an answer of 2xx is a failure."""
        body = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "glassbench",
            "Glassbench-Event": str(payload["event"]),
            "Glassbench-Delivery": str(payload["id"]),
        }
        if self.secret_env is not None:
            headers[SIGNATURE] = signature(secret(self.secret_env, self._where), body)
        if self.token_env is not None:
            headers["Authorization"] = f"Bearer {secret(self.token_env, self._where)}"
        request = urllib.request.Request(self._address(), data=body, headers=headers, method="POST")
        opener = urllib.request.build_opener(
            _Refusing, urllib.request.HTTPSHandler(context=trusted(self.ca_file, self._where))
        )
        try:
            with opener.open(request, timeout=self.seconds) as answer:
                answer.read(_ANSWER)
        except urllib.error.HTTPError as error:
            with error:
                raise DeliveryError(f"{self.name} answers {error.code} {error.reason}.") from None
        except (OSError, HTTPException, ValueError) as error:  # what they say may hold the address
            reason = getattr(error, "reason", None) or error
            raise DeliveryError(f"{self.name} cannot be reached ({type(reason).__name__}).") from None

    def _address(self) -> str:
        if self.url is not None:
            return self.url  # looked at when the settings were read
        assert self.url_env is not None
        return checked_url(secret(self.url_env, self._where), self._where)


class _Refusing(urllib.request.HTTPRedirectHandler):
    """Takes a redirection for a failure."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Never."""
        return


def signature(key: str, body: bytes, at: int | None = None) -> str:
    """The value of the signature's header.

    Parameters
    ----------
    key : str
        The shared secret.
    body : bytes
        As it is sent.
    at : int, optional
        Seconds since 1970; default now.
    """
    moment = int(time.time()) if at is None else at
    made = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"
