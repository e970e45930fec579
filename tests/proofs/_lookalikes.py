"""The same objects in every town, each text with a canary that says whose it is and what it takes to read it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kcc.backoffice import models as backoffice
from kcc.channels import models_counter as channels_counter
from kcc.channels import models_files as channels_files
from kcc.channels import models_forms as channels_forms
from kcc.contacts import models as contacts
from kcc.contacts import models_written as written
from kcc.core import models as core
from kcc.knowledge import models as knowledge
from kcc.municipalities import models as municipalities
from kcc.operations import models as operations
from kcc.parties import models as parties
from kcc.people import models as people
from kcc.routing import models as routing
from kcc.routing import models_deciding as deciding
from kcc.routing import models_presence as presence
from kcc.routing import models_tuning as tuning
from tests.proofs import _lookalikes_calls as calls
from tests.proofs import _lookalikes_changes as changes
from tests.proofs import _lookalikes_imports as imported
from tests.proofs import _lookalikes_mail as mails
from tests.proofs import _lookalikes_people as of_people
from tests.proofs import _planted as planted
from tests.support.world import DEPARTMENTS, TOWNS, Setup, World, work_tables

COMMON = "zonnebloem"
"""A word in every text, by which everything can be searched for."""
SPACE = uuid.UUID("00000000-0000-7000-8000-00000000c0de")
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AGENTS = {"Aalburg": "agent", "Bergen": "agent", "Cadzand": "agent_cadzand", "Drunen": "agent_zuid"}

Objects = dict[str, list[Any]]
"""Ids by the name of their table."""


def canary(town: str, data_class: str = "setup", part: str = "") -> str:
    """The word of one town, one data class, and one department or account where that matters."""
    return f"kanariegeel{town}{data_class}{part}".lower().replace("_", "")


class Planter:
    """Puts look-alike objects into a world, as superuser; the same ids every time."""

    def __init__(self, world: World) -> None:
        self.world = world
        url = world.admin_url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.objects: dict[str, Objects] = {}
        self.setup: Setup | None = None

    def plant(self) -> dict[str, Objects]:
        """Empty what work made and put it there again, the set-up too; returns ids by town and table."""
        if self.setup is not None:
            with self.world.admin() as admin:
                self.setup.put_back(admin)
                planted.lay_again(admin)
            return self.objects
        self.world.empty()
        self.objects = {town: defaultdict(list) for towns in TOWNS.values() for town in towns}
        with self.engine.begin() as connection:
            self.connection = connection
            for centre, towns in TOWNS.items():
                shared = self._article(towns[0], centre, None)
                for town in towns:
                    self._town(town, centre, shared)
        self.remember_setup()
        with self.world.admin() as admin:
            planted.keep(admin, work_tables(admin))
        return self.objects

    def remember_setup(self) -> None:
        """Take towns and people as they are now for what is put back; to be called after adding any."""
        self.setup = Setup()
        with self.world.admin() as admin:
            self.setup.remember(admin)

    def _id(self, *words: str) -> uuid.UUID:
        return uuid.uuid5(SPACE, " ".join(words))

    def _put(self, town: str, model: Any, **values: Any) -> Any:
        columns = model.__table__.columns.keys()
        if "municipality_id" in columns:
            values.setdefault("municipality_id", self.world.towns[town])
        if "id" in columns and values.get("id") is None and isinstance(model.__table__.c.id.type, sa.Uuid):
            values["id"] = self._id(model.__tablename__, town, str(len(self.objects[town][model.__tablename__])))
        for column in model.__table__.columns:
            if column.default is not None and isinstance(column.type, sa.DateTime):
                values.setdefault(column.key, AT)  # the same rows every time, to the last digit
        primary = "id" if "id" in columns else None
        statement = sa.insert(model.__table__).values(**values)
        if primary:
            found = self.connection.scalar(statement.returning(model.__table__.c.id))
        else:
            self.connection.execute(statement)
            found = None
        if found is not None:
            self.objects[town][model.__tablename__].append(found)
        return found

    def _article(self, town: str, centre: str, municipality_id: int | None) -> uuid.UUID:
        lone = len(TOWNS[centre]) == 1
        word = canary(town) if municipality_id or lone else "gedeeld"
        article = self._put(
            town, knowledge.Article, id=self._id("article", town, str(municipality_id)), centre_id=self.world.centres[centre],
            municipality_id=municipality_id, key=f"k-{town}-{municipality_id}", title=f"{COMMON} {word}",
            body=f"{COMMON} {word}", desk_memo=word, keywords=word, status="published",
            terms=sa.func.to_tsvector("simple", f"{COMMON} {word}"),
        )  # fmt: skip
        self.connection.execute(
            sa.insert(knowledge.ArticleVersion).values(
                centre_id=self.world.centres[centre],
                article_id=article,
                version=1,
                title=word,
                body=word,
                desk_memo=word,
            )
        )
        topic = self.world.topics[centre, "grofvuil"]
        about = {"article_id": article, "topic_id": topic, "centre_id": self.world.centres[centre]}
        self._put(town, knowledge.ArticleTopic, **about)
        return article  # type: ignore[no-any-return]

    def _town(self, town: str, centre: str, shared: uuid.UUID) -> None:
        setup, centre_id = canary(town), self.world.centres[centre]
        ids = self.objects[town]
        ids["municipality"].append(self.world.towns[town])
        changes.plant(self, town)
        ids["entrance"].append(self.world.entrances[town])
        ids["department"] += [self.world.departments[town, key] for key in DEPARTMENTS]
        ids["account"].append(self.world.people[AGENTS[town]])
        ids["membership"] += self._existing("membership", town)
        ids["department_member"] += self._existing("department_member", town)
        of_people.plant(self, town, self.world.people[AGENTS[town]], centre_id)
        ids["topic"].append(topic := self.world.topics[centre, "paspoort"])
        if changes.plant_setup(self, town):
            self._rename(town, setup)
        form = self._entrance_of_form(town, setup)
        ids["webform"].append(form)
        self._put(town, channels_forms.WebForm, entrance_id=form, words={"nl": {"title": setup}})
        own = self._article(town, centre, self.world.towns[town])
        ids["article"].append(shared)
        self._put(
            town, knowledge.ArticleOverlay, article_id=shared, centre_id=centre_id, text=f"{COMMON} {setup}",
            deviation=setup, desk_memo=setup, terms=sa.func.to_tsvector("simple", COMMON),
        )  # fmt: skip
        self._put(town, knowledge.ArticleReport, centre_id=centre_id, article_id=own, text=f"{COMMON} {setup}")
        self._put(
            town, municipalities.Incident, id=900 + self.world.towns[town], topic_id=topic, title=setup, answer=setup,
            started_at=AT - timedelta(hours=1),
        )  # fmt: skip
        self._put(
            town, core.Job, name="proof.nothing", key=f"{setup}", args={}, state="dead", fault=canary(town, "jobs")
        )
        self._put(
            town,
            core.AuditEntry,
            verb="ticket.opened",
            subject_type="ticket",
            subject_id=canary(town, "access"),
            fields=[],
        )
        self._put(
            town, operations.DailyCheck, centre_id=centre_id, on_day=AT.date(), point=town, account_id=ids["account"][0]
        )
        self._put(town, contacts.TicketCounter, year=2026, last_number=7)
        self._put(
            town, core.Submission, account_id=self.world.people[AGENTS[town]], key=self._id("sent", town), endpoint="proof", digest=b"x", at=AT
        )  # fmt: skip
        mails.plant_town(self._put, town, self._mailbox(town), setup)
        imported.plant_register(self.connection)
        imported.plant_town(self._put, town, ids["account"][0], setup, self._id("import", town))
        for key in DEPARTMENTS:
            self._case(town, centre, key, own)
        if town == TOWNS[centre][0]:
            mails.plant_stray(self._put, town, centre_id)

    def _mailbox(self, town: str) -> int:
        asked = sa.text("select id from entrance where municipality_id = :m and kind = 'mailbox'")
        return int(self.connection.scalar(asked, {"m": self.world.towns[town]}))

    def _entrance_of_form(self, town: str, label: str) -> int:
        """The entrance of a town's form: set-up, which stays when the world is emptied."""
        entrance = municipalities.Entrance.__table__
        own = (entrance.c.municipality_id == self.world.towns[town]) & (entrance.c.kind == "form")
        found = self.connection.scalar(sa.select(entrance.c.id).where(own))
        return found or self._put(town, municipalities.Entrance, kind="form", address="contact", label=label)  # type: ignore[no-any-return]

    def _existing(self, table: str, town: str) -> list[Any]:
        query = sa.text(f"select id from {table} where municipality_id = :m order by id")
        return list(self.connection.scalars(query, {"m": self.world.towns[town]}))

    def _rename(self, town: str, word: str) -> None:
        m = {"m": self.world.towns[town], "w": word}
        for statement in (
            "update municipality set greeting = greeting || ' ' || :w where id = :m",
            "update department set name = name || ' ' || :w, phone = :w where municipality_id = :m",
            "update department_member set phone = :w where municipality_id = :m",
            "update entrance set label = :w where municipality_id = :m",
        ):
            self.connection.execute(sa.text(statement), m)

    def _case(self, town: str, centre: str, key: str, article: uuid.UUID) -> None:
        """One question of one citizen to one department, with all that hangs on it."""
        world, person = self.world, canary(town, "person", key)
        topic = world.topics[centre, "paspoort" if key == "burgerzaken" else "grofvuil"]
        agent, centre_id, department = world.people[AGENTS[town]], world.centres[centre], world.departments[town, key]
        party = self._put(
            town, parties.Party, name=f"{COMMON} {person}", search_name=f"{COMMON} {person}", street=person, postcode="1234AB",
            house_number="1",
        )  # fmt: skip
        self._put(
            town, parties.DigitalAddress, party_id=party, kind="phone", address=f"+316000{len(self.objects)}{party.int % 10**5}",
            as_given=person,
        )  # fmt: skip
        self._put(
            town,
            parties.PartyIdentifier,
            party_id=party,
            kind="bsn",
            ciphertext=b"x",
            lookup_hash=party.bytes,
            masked=person,
        )
        ticket = self._put(
            town, contacts.Ticket, reference=canary(town, "figures", key).upper(), topic_id=topic, channel="phone",
            status="with_back_office", opened_at=AT, opened_by_id=agent, due_at=AT + timedelta(days=2), changed_at=AT,
            party_id=party, department_ids=[department],
        )  # fmt: skip
        loose = {"ticket_id": ticket}
        self._put(
            town, written.TicketTerms, opened_at=AT, terms=sa.func.to_tsvector("simple", f"{COMMON} {person}"), **loose
        )
        writing = self._put(
            town,
            written.Writing,
            at=AT,
            account_id=agent,
            kind="question",
            internal=False,
            body=f"{COMMON} {person}",
            **loose,
        )
        self._put(town, contacts.TicketEvent, at=AT, account_id=agent, verb="wrote", writing_id=writing, **loose)
        talk = self._put(
            town, contacts.Conversation, centre_id=centre_id, account_id=agent, channel="phone", started_at=AT,
            entrance_id=world.entrances[town],
        )  # fmt: skip
        words = canary("draft", "person", AGENTS[town])
        self._put(
            town, contacts.Draft, centre_id=centre_id, conversation_id=talk, account_id=agent,
            body=_draft(world.towns[town], words, "Paspoort aanvragen" if key == "burgerzaken" else "Grofvuil laten ophalen"),
        )  # fmt: skip
        contact = self._put(
            town, contacts.Contact, centre_id=centre_id, conversation_id=talk, topic_id=topic, at=AT, channel="phone",
            outcome="escalated", account_id=agent, party_id=party, article_id=article, **loose,
        )  # fmt: skip
        self._put(town, contacts.Involvement, contact_id=contact, name=person, number=person, **loose)
        self._put(
            town,
            channels_files.Attachment,
            name=f"{COMMON} {person}.txt",
            media_type="text/plain",
            size=1,
            sha256=b"x",
            **loose,
        )
        came = {"entrance_id": world.entrances[town], "key": self._id("key", town, key), "address_hash": b"x"}
        self._put(
            town, channels_forms.ReceivedForm, digest=b"x", body={"question": f"{COMMON} {person}", "name": person}, doubts=["trap"],
            state="quarantine", reference=canary(town, "person", key).upper(), ticket_id=None, **came,
        )  # fmt: skip
        number = 1 + DEPARTMENTS.index(key)
        self._put(
            town, channels_counter.QueueNumber, entrance_id=world.entrances[town], on_day=AT.date(), letter="A", number=number,
            topic_group=canary(town, "figures", key),
        )  # fmt: skip
        self._put(
            town, channels_counter.Kiosk, entrance_id=world.entrances[town], place=canary(town),
            secret_hash=f"{town} {key}".encode(),
        )  # fmt: skip
        self._put(town, channels_forms.FormFile, name=f"{person}.txt", data=person.encode(), size=1, **came)
        self._put(town, channels_forms.Rating, score=4, channel="webform", topic_id=topic, **loose)
        mails.plant_case(self._put, town, centre_id, self._mailbox(town), ticket, person, COMMON)
        self._put(town, contacts.TicketPresence, account_id=agent, seen_at=AT, **loose)
        self._put(town, contacts.TicketLink, other_id=ticket, kind="related", **loose)
        self._put(town, contacts.Transfer, warm=True, succeeded=True, department_id=department, **loose)
        task = self._put(
            town, backoffice.InternalTask, department_id=department, asked_at=AT, asked_by_id=agent,
            due_at=AT + timedelta(days=2), **loose,
        )  # fmt: skip
        self._put(
            town,
            backoffice.TaskRequest,
            task_id=task,
            name=person,
            number=person,
            email=person,
            preferred_moment=person,
        )
        self._put(town, backoffice.ContactAttempt, task_id=task, reached=False, writing_id=writing)
        self._put(town, backoffice.TaskNotice, task_id=task, kind="new", message_id=f"<{task}@kcc>")
        self._put(
            town,
            routing.WorkItem,
            kind="returned_task",
            channel="phone",
            subject_id=task,
            priority_class=4,
            since=AT,
            **loose,
        )
        self._queue(town, agent, centre_id, ticket, self.objects[town]["work_item"][-1])
        self._put(
            town, parties.AccessRecord, what="party", party_id=party, ticket_id=ticket, reason=canary(town, "access"),
            account_id=agent,
        )  # fmt: skip
        self._put(
            town, people.SavedView, account_id=agent, list_name="tickets", name=canary("view", "", AGENTS[town]),
            query="status=open", id=self._id("view", town, key),
        )  # fmt: skip

    def _queue(self, town: str, agent: uuid.UUID, centre_id: int, ticket: uuid.UUID, item: uuid.UUID) -> None:
        """Who is there to take work, a caller who waits, one who rings, and why something went where it went."""
        known = self.connection.scalar(
            sa.select(presence.AgentState.state).where(presence.AgentState.account_id == agent)
        )
        if known is None:
            self._put(town, presence.AgentState, account_id=agent, centre_id=centre_id, state="available")
            if not self.connection.scalar(
                sa.select(sa.func.count()).where(presence.StaffInsight.centre_id == centre_id)
            ):
                self._put(town, presence.StaffInsight, centre_id=centre_id, timings_visible=False)
                self._put(town, deciding.RoutingParameters, centre_id=centre_id, version=1, values={"kappa": 8.0})
                self._tuned(town, agent, centre_id)
            self._put(town, presence.AgentLanguage, account_id=agent, centre_id=centre_id, language="en")
        self._put(
            town, presence.AgentStatePeriod, account_id=agent, centre_id=centre_id, state="break", reason="meeting",
            started_at=AT, ended_at=AT,
        )  # fmt: skip
        self._put(
            town, deciding.RoutingDecision, item_id=item, way="offer", account_id=agent, at=AT,
            detail={"looked": [{"id": str(agent), "agent_level": 1, "idle": 5, "why": None}], "ready": 1, "idle": 1},
        )  # fmt: skip
        if len(self.objects[town]["work_item"]) > 1:
            return
        self._put(town, presence.AgentSkill, account_id=agent, topic_group="", level=2)
        self._put(town, deciding.ServiceLevelToday, on_day=AT.date(), channel="phone", ok=1, total=2)
        self._put(town, deciding.ArrivalForecast, weekday=0, half_hour=18, expected=2.5)
        self._put(town, deciding.TokenBucket, tokens=3.0, at=AT)
        calls.plant(self, town, agent, centre_id)
        call = {"kind": "call", "channel": "phone", "priority_class": 2, "since": AT}
        self._put(town, routing.WorkItem, subject_id=self._id("call", town), **call)
        self._put(
            town, routing.WorkItem, subject_id=self._id("ringing", town), state="offered", offered_to=agent, offered_at=AT,
            offer_until=AT + timedelta(days=3650), **call,
        )  # fmt: skip
        self._put(
            town, routing.WorkItem, kind="mail", channel="email", priority_class=4, since=AT, due_at=AT, state="taken",
            subject_id=self._id("in hand", town), account_id=agent, claimed_at=AT,
        )  # fmt: skip

    def _tuned(self, town: str, agent: uuid.UUID, centre_id: int) -> None:
        """A trial of other settings that is done, and a crisis that is over, both of the whole centre."""
        facts = {str(self.world.towns[town]): [10, 0, 0, 8, 9, 1, 90.0, 0, 0.0]}
        self._put(
            town, tuning.RoutingTrial, centre_id=centre_id, week=date(2026, 11, 16), values={"kappa": 4.0}, base_version=1,
            measured={"queued": 10, "conversations": 0, "written": 0, "abandoned": 0, "agents": 2, "days": 5, "patience": 180},
            runs=[{"before": facts, "after": facts}], runs_wanted=1, made_at=AT, made_by_id=agent, done_at=AT,
        )  # fmt: skip
        self._put(
            town, tuning.Crisis, centre_id=centre_id, municipality_id=None, message="gedeeld", started_at=AT,
            started_by_id=agent, ended_at=AT, ended_by_id=agent,
        )  # fmt: skip


def _draft(town_id: int, words: str, topic: str) -> dict[str, Any]:
    """A conversation that is ready to be finished."""
    question = {"municipality_id": town_id, "topic": topic, "notes": words, "answer": words, "outcome": "answered"}
    return {"name": words, "questions": [question]}
