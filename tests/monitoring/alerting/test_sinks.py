"""Sinks, told over real connections."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from automl.errors import SettingError
from automl.monitoring.alerting.evidence import notice
from automl.monitoring.alerting.sinks import DeliveryError, Mail, Webhook, sinks_from
from automl.monitoring.alerting.sinks.webhook import SIGNATURE, signature

from .certificates import certificate
from .conftest import Receiver, serving


def payload(**changes: Any) -> dict[str, Any]:
    """What a sink is told."""
    told: dict[str, Any] = {
        "watch": "daily", "model": "churn/3", "rule": "drift", "severity": "act",
        "message": "Contract has drifted.", "columns": ["Contract"], "opened": 1.0, "at": 2.0,
        "told": {"false_alarms": {"words": "Chance alone does this rarely."}},
        "check": {"id": 7, "table": "march.csv", "rows": 600, "level": "act", "sha256": "a" * 64},
    }  # fmt: skip
    return notice("opened", **told | changes)


def sink(tmp_path: Path, **settings: Any) -> Any:
    """One sink."""
    return sinks_from([settings], tmp_path)[0]


def test_a_file_gets_a_line_each(tmp_path: Path) -> None:
    file = sink(tmp_path, kind="file", path="alerts.jsonl")
    file.ready()
    file.send(payload())
    with (tmp_path / "alerts.jsonl").open("a") as stream:
        stream.write('{"cut off')  # by a full disk
    file.send(payload(message="Zwölf Boxkämpfer\nnoch einer"))
    first, torn, second, end = (tmp_path / "alerts.jsonl").read_text().split("\n")
    assert (json.loads(first)["columns"], torn, end) == (["Contract"], '{"cut off', "")
    assert json.loads(second)["message"] == "Zwölf Boxkämpfer\nnoch einer"
    assert (tmp_path / "alerts.jsonl").stat().st_mode & 0o077 == 0
    with pytest.raises(SettingError, match="no folder"):
        sink(tmp_path, kind="file", path="nowhere/alerts.jsonl").ready()
    with pytest.raises(DeliveryError, match="could not be written"):
        sink(tmp_path, kind="file", path=".").send(payload())


def test_a_webhook_is_signed(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    monkeypatch.setenv("HOOK_TOKEN", "t0ken")
    hook = sink(tmp_path, kind="webhook", url=receiver.url, secret_env="HOOK_SECRET", token_env="HOOK_TOKEN")
    hook.ready()
    hook.send(payload())
    ((headers, body),) = receiver.requests
    assert json.loads(body) == payload()
    assert headers["content-type"] == "application/json"
    assert headers["glassbench-event"] == "opened"
    assert headers["glassbench-delivery"] == payload()["id"]
    assert headers["authorization"] == "Bearer t0ken"
    moment, _, made = headers[SIGNATURE.lower()].partition(",")
    at = moment.removeprefix("t=")
    assert abs(int(at) - time.time()) < 60
    expected = hmac.new(b"s3cret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert made == f"v1={expected}"
    assert signature("s3cret", body, int(at)) == headers[SIGNATURE.lower()]
    assert b"s3cret" not in body


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503])
def test_anything_but_success_is_a_failure(tmp_path: Path, receiver: Receiver, status: int) -> None:
    receiver.answers.append(status)
    receiver.headers["Location"] = receiver.url
    with pytest.raises(DeliveryError, match=f"answers {status}"):
        sink(tmp_path, kind="webhook", url=receiver.url).send(payload())
    assert len(receiver.requests) == 1  # no redirection is followed


def test_a_webhook_that_is_not_there_is_told_without_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", "http://127.0.0.1:1/secret-path")
    hook = sink(tmp_path, kind="webhook", url_env="HOOK_URL", timeout="2s")
    with pytest.raises(DeliveryError) as caught:
        hook.send(payload())
    assert "secret-path" not in str(caught.value)
    assert "ConnectionRefused" in str(caught.value)
    monkeypatch.delenv("HOOK_URL")
    with pytest.raises(SettingError, match="HOOK_URL"):
        hook.ready()
    monkeypatch.setenv("HOOK_URL", "http://example.org/hook")
    with pytest.raises(SettingError, match="https://"):
        hook.ready()


def test_a_webhook_over_tls_trusts_only_whom_it_is_told_to(tmp_path: Path) -> None:
    key, chain = certificate(tmp_path)
    receiver = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)

    def wrap(server: Any) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(receiver, wrap):
        url = f"https://localhost:{receiver.port}/alerts"
        with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
            sink(tmp_path, kind="webhook", url=url).send(payload())
        trusting = sink(tmp_path, kind="webhook", url=url, ca_file=str(chain))
        trusting.ready()
        trusting.send(payload())
    assert len(receiver.requests) == 1


@dataclass
class Mailbox:
    """What a mail server has got."""

    messages: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logged_in: list[str] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(  # noqa: N802 - what the server calls
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.refuses:
            return "451 Try again later"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append((list(envelope.rcpt_tos), message))
        return "250 OK"


@contextmanager
def mail_server(mailbox: Mailbox, **settings: Any) -> Iterator[int]:
    """A real SMTP server on a free port."""
    controller_module = pytest.importorskip("aiosmtpd.controller")
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = controller_module.Controller(mailbox, hostname="127.0.0.1", port=port, **settings)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def test_mail_says_in_its_subject_what_matters(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        mail = sink(
            tmp_path, kind="mail", host="127.0.0.1", port=port, security="none",
            sender="glassbench@example.org", to=["ada@example.org", "bob@example.org"],
        )  # fmt: skip
        mail.ready()
        mail.send(payload())
        mail.send(payload(model="churn\r\nBcc: eve@example.org", columns=["a", "b", "c", "d"]))
    (to, message), (_, odd) = mailbox.messages
    assert to == ["ada@example.org", "bob@example.org"]
    assert message["Subject"] == "[act] churn/3: Contract (drift)"
    assert message["Message-ID"] == f"<{payload()['id']}@glassbench>"
    text = message.get_content()
    assert "Contract has drifted." in text
    assert "Chance alone does this rarely." in text
    assert "march.csv, 600 rows" in text
    assert odd["Bcc"] is None
    assert odd["Subject"] == "[act] churn Bcc: eve@example.org: a, b, c and 1 more (drift)"


def test_mail_logs_in_behind_tls_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiosmtpd")
    from aiosmtpd.smtp import AuthResult, LoginPassword

    key, chain = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    mailbox = Mailbox()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ada", b"s3cret")
        mailbox.logged_in.append(mechanism)
        return AuthResult(success=known, handled=False)

    monkeypatch.setenv("MAIL_USER", "ada")
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    settings = {
        "kind": "mail", "host": "localhost", "security": "starttls", "sender": "g@example.org",
        "to": "ada@example.org", "user_env": "MAIL_USER", "password_env": "MAIL_PASSWORD",
        "ca_file": str(chain),
    }  # fmt: skip
    with mail_server(
        mailbox, tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True
    ) as port:
        sink(tmp_path, **settings, port=port).send(payload())
        assert len(mailbox.messages) == 1
        monkeypatch.setenv("MAIL_PASSWORD", "wrong")
        with pytest.raises(DeliveryError, match="answers 535") as caught:
            sink(tmp_path, **settings, port=port).send(payload())
        assert "wrong" not in str(caught.value)
        untrusting = {name: value for name, value in settings.items() if name != "ca_file"}
        with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
            sink(tmp_path, **untrusting, port=port).send(payload())
    assert len(mailbox.messages) == 1


def test_mail_that_is_refused_is_a_failure(tmp_path: Path) -> None:
    mailbox = Mailbox(refuses=True)
    settings = {
        "kind": "mail", "host": "127.0.0.1", "security": "none", "sender": "g@example.org", "to": "a@b.org",
        "timeout": 5,
    }  # fmt: skip
    with mail_server(mailbox) as port, pytest.raises(DeliveryError, match="answers 451"):
        sink(tmp_path, **settings, port=port).send(payload())
    with pytest.raises(DeliveryError, match="ConnectionRefused"):
        sink(tmp_path, **settings, port=1).send(payload())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"kind": "pigeon"}, "one of file, webhook, mail"),
        ({"kind": "file"}, "Expected a text as path"),
        ({"kind": "webhook"}, "either url or url_env"),
        ({"kind": "webhook", "url": "http://example.org/x"}, "https://"),
        ({"kind": "webhook", "url": "https://ada:pw@example.org/x"}, "no user or password"),
        ({"kind": "webhook", "url": "https://example.org", "secret": "x"}, "Did you mean 'secret_env'"),
        ({"kind": "mail", "host": "example.org", "security": "none"}, "another machine"),
        ({"kind": "mail", "host": "example.org", "sender": "a@b.c", "to": []}, "Expected addresses"),
        ({"kind": "mail", "host": "example.org", "user_env": "U"}, "both user_env and password_env"),
        ({"kind": "mail", "host": "example.org", "password": "x"}, "no setting 'password'"),
        ({"kind": "file", "path": "a", "level": "fine"}, "one of look, act"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        sinks_from([settings], tmp_path)


def test_no_two_sinks_have_one_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="Two sinks are called 'file'"):
        sinks_from([{"kind": "file", "path": "a"}, {"kind": "file", "path": "b"}], tmp_path)
    found = sinks_from(
        [
            {"kind": "webhook", "url": "https://ops.example.org/x", "level": "act"},
            {
                "kind": "mail",
                "host": "mail.example.org",
                "sender": "a@b.c",
                "to": ["a@b.c"],
                "security": "tls",
            },
        ],
        tmp_path,
    )
    assert isinstance(found[0], Webhook)
    assert isinstance(found[1], Mail)
    assert (found[0].level, found[1].port, found[1].level) == ("act", 465, "look")
