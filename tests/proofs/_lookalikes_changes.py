"""Look-alike set-up of each town, changes of it (one that was made, one to come), and a plan that it leaves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kcc.municipalities.models import ClosingDay, TownLogo, UsefulLink
from kcc.municipalities.models_history import SetupChange
from kcc.succession.models import DepartureCertificate, Succession, SuccessionChoice
from tests.support.world import TOWNS

if TYPE_CHECKING:
    from tests.proofs._lookalikes import Planter


def plant(planter: Planter, town: str) -> None:
    """Rows in this town, with its canary."""
    from tests.proofs._lookalikes import AGENTS, AT, COMMON, canary  # noqa: PLC0415

    planter._put(town, TownLogo, sha256=canary(town), picture=canary(town).encode())
    about = {"subject_type": "municipality", "subject_id": str(planter.world.towns[town])}
    planter._put(
        town, SetupChange, **about, before={"inhabitants": 1000}, after={"inhabitants": 2000}, effective_on=AT.date(),
        applied_at=AT,
    )  # fmt: skip
    planter._put(
        town, SetupChange, **about, before={"greeting": COMMON}, after={"greeting": f"{COMMON} {canary(town)}"},
        effective_on=date(2099, 1, 1), applied_at=None,
    )  # fmt: skip
    centre = next(planter.world.centres[name] for name, towns in TOWNS.items() if town in towns)
    plan = planter._put(
        town, Succession, centre_id=centre, kind="leaving", on_day=date(2030, 1, 1),
        made_by_id=planter.world.people[AGENTS[town]], compared={"said": canary(town)},
    )  # fmt: skip
    planter._put(town, SuccessionChoice, succession_id=plan, kind="parties", subject="alike", choice=canary(town))
    planter._put(
        town, DepartureCertificate, centre_id=centre, town_name="Vertrokken", cbs_code="0000", municipality_number=0,
        on_day=AT.date(), closed_at=AT, exported_at=AT, removed_at=AT, manifest={"sha256": {}}, removed={}, accounts=0,
        others_before={}, others_after={},
    )  # fmt: skip


def plant_setup(planter: Planter, town: str) -> bool:
    """A link and a closing day with the town's canary, once; says whether they are new."""
    from tests.proofs._lookalikes import canary  # noqa: PLC0415

    ids, word = planter.objects[town], canary(town)
    for table in ("useful_link", "service_agreement"):
        ids[table] += planter._existing(table, town)
    if ids["useful_link"]:
        return False
    planter._put(town, UsefulLink, label=word, url=f"https://{word}.example/")
    planter._put(town, ClosingDay, on_day=date(2026, 12, 24), label=word)
    return True
