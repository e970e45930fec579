"""Fetching the post of every mailbox: keep, then mark and move; how it went stands with the mailbox for people to see."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from kcc.channels import receiving
from kcc.channels.models_mail import Mailbox
from kcc.config import Settings
from kcc.core import audit
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope, platform_connection
from kcc.core.sealing import seal, unseal
from kcc.core.tenancy import doorless_scope
from kcc.integrations.imap import Account, ImapFault, check_url, fetch
from kcc.municipalities.models import Entrance

logger = logging.getLogger(__name__)


def fetch_all(key: bytes) -> int:
    """Look into every IMAP mailbox once; how many mails were kept. A mailbox that fails does not hold up the next."""
    with doorless_scope():
        accounts = list(db.session.execute(sa.text("select * from kcc_mail_accounts()")).mappings())
    return sum(_fetch_one(dict(each), key) for each in accounts)


def _fetch_one(account: dict[str, object], key: bytes) -> int:
    address, entrance_id = str(account["address"]), int(str(account["entrance_id"]))

    def take(raw: bytes, validity: int, uid: int) -> bool:
        return receiving.keep(address, raw, source="imap", uidvalidity=validity, uid=uid) is not None

    kept, fault = 0, ""
    try:
        url = unseal(key, bytes(account["imap_sealed"]), _context(entrance_id))  # type: ignore[arg-type]
        done = fetch(Account(url, str(account["folder"]), str(account["done_folder"])), take)
        kept, fault = done.kept, "refused" if done.refused else ""
    except InvalidTag:
        fault = "key"
    except ImapFault as found:
        fault = found.word
    if fault:
        logger.warning("mailbox not fetched", extra={"entrance": entrance_id, "fault": fault})
    with doorless_scope():
        db.session.execute(sa.text("select kcc_note_mailbox(:e, :f)"), {"e": entrance_id, "f": fault})
        db.session.commit()
    return kept


def set_up(
    *,
    actor: Actor,
    settings: Settings,
    address: str,
    url: str | None = None,
    folder: str | None = None,
    done_folder: str | None = None,
    forget: bool = False,
    sender_name: str | None = None,
    receipt: bool | None = None,
) -> None:
    """Say where the post of a mailbox is fetched, sealed, and how the town writes from it; what is None stays as it was.

    Raises NotFound when no municipality has the address, BadConfiguration for an unusable one.
    """
    if url is not None:
        check_url(url)
    with command_scope(settings.platform_url, centre_of(settings, address), reason="mailbox"):
        entrance = find_entrance(address)
        box = db.session.get(Mailbox, (entrance.municipality_id, entrance.id))
        if box is None:
            box = Mailbox(municipality_id=entrance.municipality_id, entrance_id=entrance.id)
            db.session.add(box)
        if url is not None or forget:
            box.imap_sealed = None if url is None else seal(settings.data_key, url, _context(entrance.id))
            box.fault = ""
            # Under the names of towns that went on as this one it had keys of its own.
            db.session.execute(sa.text("select kcc_forget_old_keys(:e)"), {"e": entrance.id})
        changes = {
            "imap_folder": folder,
            "imap_done_folder": done_folder,
            "sender_name": sender_name,
            "receipt_on": receipt,
        }
        for name, value in changes.items():
            if value is not None:
                setattr(box, name, value)
        audit.record(
            actor=actor, verb="mailbox.set_up", subject_type="mailbox", subject_id=entrance.id,
            municipality_id=entrance.municipality_id, fields=[name for name, value in changes.items() if value is not None],
        )  # fmt: skip
        db.session.commit()


def find_entrance(address: str) -> Entrance:
    """The mailbox entrance with this address, within the scope; raises NotFound."""
    found = db.session.scalar(
        sa.select(Entrance).where(
            Entrance.kind == "mailbox", Entrance.active, sa.func.lower(Entrance.address) == address.strip().lower()
        )
    )
    if found is None:
        raise NotFound("Geen gemeente heeft deze mailbox.")
    return found


def centre_of(settings: Settings, address: str) -> str:
    """The key of the centre whose town has this mailbox (or, for "", any); raises NotFound."""
    for key in _centres(settings):
        with command_scope(settings.platform_url, key, reason="which centre has a mailbox"):
            boxes = db.session.scalars(
                sa.select(Entrance.address).where(Entrance.kind == "mailbox", Entrance.active)
            ).all()
        if any(not address or box.lower() == address.strip().lower() for box in boxes):
            return key
    raise NotFound("Geen gemeente heeft deze mailbox.")


def _centres(settings: Settings) -> list[str]:
    with platform_connection(settings.platform_url, reason="which centres there are") as connection:
        return [str(key) for key in connection.scalars(sa.text("select key from kcc_centre_keys() order by key"))]


def _context(entrance_id: int) -> str:
    return f"imap:{entrance_id}"
