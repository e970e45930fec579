"""Who may do what: permissions, roles, and what each permission reveals. The database holds the same three lists.

A route requires one permission; the database returns only municipalities where the account holds *that* permission, and
only the data classes which it reveals. So an agent of one town who is contract manager of another never reads the
second town's citizens. ``flask check`` and a house test compare this file with the tables in the schema ``guard``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a route asks for, as ``resource:action``. Alphabetical."""

    ACCESS_LOG_READ = "access_log:read"
    ACCOUNT_SELF = "account:self"
    DESK_USE = "desk:use"
    FORM_SORT = "form:sort"
    HEALTH_SEE = "health:see"
    INCIDENT_MANAGE = "incident:manage"
    JOB_RUN = "job:run"
    JOB_SEE = "job:see"
    KNOWLEDGE_EDIT = "knowledge:edit"
    KNOWLEDGE_READ = "knowledge:read"
    LIVE_LISTEN = "live:listen"
    MAIL_SORT = "mail:sort"
    PEOPLE_MANAGE = "people:manage"
    ROUTING_MANAGE = "routing:manage"
    ROUTING_SUPERVISE = "routing:supervise"
    SETUP_MANAGE = "setup:manage"
    STATISTICS_READ = "statistics:read"
    TASK_WORK = "task:work"
    TELEPHONE_EXCHANGE = "telephone:exchange"
    TELEPHONE_MANAGE = "telephone:manage"
    TICKET_READ = "ticket:read"
    TICKET_WRITE = "ticket:write"


class Role(StrEnum):
    """What a membership makes someone in one municipality."""

    AGENT = "agent"
    HANDLER = "handler"
    COORDINATOR = "coordinator"
    EDITOR = "editor"
    SUPERVISOR = "supervisor"
    CONTRACT_MANAGER = "contract_manager"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


P = Permission
EVERYONE = frozenset({P.ACCOUNT_SELF, P.LIVE_LISTEN})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: EVERYONE | {P.DESK_USE, P.FORM_SORT, P.MAIL_SORT, P.TICKET_READ, P.TICKET_WRITE, P.KNOWLEDGE_READ},
    Role.HANDLER: EVERYONE | {P.TASK_WORK, P.TICKET_READ, P.TICKET_WRITE, P.KNOWLEDGE_READ},
    Role.COORDINATOR: EVERYONE | {P.TASK_WORK, P.TICKET_READ, P.TICKET_WRITE, P.KNOWLEDGE_READ},
    Role.EDITOR: EVERYONE | {P.KNOWLEDGE_READ, P.KNOWLEDGE_EDIT, P.INCIDENT_MANAGE},
    Role.SUPERVISOR: EVERYONE
    | {
        P.ROUTING_MANAGE,
        P.ROUTING_SUPERVISE,
        P.TICKET_READ,
        P.TICKET_WRITE,
        P.KNOWLEDGE_READ,
        P.STATISTICS_READ,
        P.JOB_SEE,
        P.HEALTH_SEE,
        P.FORM_SORT,
        P.MAIL_SORT,
        P.INCIDENT_MANAGE,
        P.TELEPHONE_MANAGE,
    },
    Role.CONTRACT_MANAGER: EVERYONE | {P.STATISTICS_READ},
    Role.PRIVACY_OFFICER: EVERYONE | {P.ACCESS_LOG_READ},
    Role.ADMINISTRATOR: EVERYONE | {P.PEOPLE_MANAGE, P.SETUP_MANAGE, P.JOB_SEE, P.HEALTH_SEE, P.TELEPHONE_MANAGE},
}

BY_DEPARTMENT: frozenset[Role] = frozenset({Role.HANDLER, Role.COORDINATOR})
"""Roles that see tickets and tasks only of their own departments."""

REVEALS: dict[Permission, frozenset[str]] = {
    P.ACCESS_LOG_READ: frozenset({"setup", "access"}),
    P.ACCOUNT_SELF: frozenset({"setup"}),
    P.DESK_USE: frozenset({"setup", "figures", "person"}),
    P.FORM_SORT: frozenset({"setup", "figures", "person"}),
    P.HEALTH_SEE: frozenset({"setup", "figures", "jobs"}),
    P.INCIDENT_MANAGE: frozenset({"setup", "figures"}),
    P.JOB_RUN: frozenset({"setup", "figures", "person"}),
    P.JOB_SEE: frozenset({"setup", "jobs"}),
    P.KNOWLEDGE_EDIT: frozenset({"setup"}),
    P.KNOWLEDGE_READ: frozenset({"setup"}),
    P.LIVE_LISTEN: frozenset({"setup", "figures"}),
    P.MAIL_SORT: frozenset({"setup", "figures", "person"}),
    P.PEOPLE_MANAGE: frozenset({"setup", "staff"}),
    P.ROUTING_MANAGE: frozenset({"setup", "figures", "staff"}),
    P.ROUTING_SUPERVISE: frozenset({"setup", "figures", "staff"}),
    P.SETUP_MANAGE: frozenset({"setup"}),
    P.STATISTICS_READ: frozenset({"setup", "figures"}),
    P.TASK_WORK: frozenset({"setup", "figures", "person"}),
    P.TELEPHONE_EXCHANGE: frozenset({"setup", "figures"}),
    P.TELEPHONE_MANAGE: frozenset({"setup", "figures"}),
    P.TICKET_READ: frozenset({"setup", "figures", "person"}),
    P.TICKET_WRITE: frozenset({"setup", "figures", "person"}),
}
"""Data classes a permission opens: ``setup`` (configuration, knowledge), ``figures`` (facts without text or names),
``person`` (people and free text), ``jobs``, ``access`` (the access log), ``staff`` (what agents do and can: personal
data of staff)."""


@dataclass(frozen=True)
class Actor:
    """Who does something: a person with an account, a job, or a command. Every action takes one."""

    account_id: uuid.UUID | None
    kind: str = "person"

    @classmethod
    def job(cls) -> Actor:
        """The worker, acting for nobody in particular."""
        return cls(None, "job")

    @classmethod
    def command(cls) -> Actor:
        """Somebody at the command line, known to the machine's own log."""
        return cls(None, "command")

    @classmethod
    def exchange(cls, account_id: uuid.UUID | None = None) -> Actor:
        """A telephone exchange, or what it reports that a person did by telephone."""
        return cls(account_id, "exchange")
