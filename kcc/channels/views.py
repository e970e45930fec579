"""The doors of the channels: each file of views joins the blueprint of this room."""

from __future__ import annotations

from kcc.channels import (
    views_counter,
    views_files,
    views_form,
    views_forms,
    views_incidents,
    views_kiosk,
    views_mail,
    views_sorting,
    views_status,
    views_telephony,
    views_texts,
)
from kcc.channels.views_blueprint import bp, mail_bp, mail_texts_bp
from kcc.channels.views_telephony_api import api

__all__ = [
    "api",
    "bp",
    "mail_bp",
    "mail_texts_bp",
    "views_counter",
    "views_files",
    "views_form",
    "views_forms",
    "views_incidents",
    "views_kiosk",
    "views_mail",
    "views_sorting",
    "views_status",
    "views_telephony",
    "views_texts",
]
