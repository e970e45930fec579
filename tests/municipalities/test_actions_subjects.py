"""How things of a town are read as JSON and written back."""

from __future__ import annotations

import pytest

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import rules_setup
from kcc.municipalities.actions_subjects import SUBJECTS, subject
from tests.support.world import World


def test_what_is_written_is_read_again_the_same(world: World) -> None:
    town = world.towns["Aalburg"]
    with world.scope("administrator", Permission.SETUP_MANAGE):
        for kind, each in SUBJECTS.items():
            if kind in ("mailbox", "web_form"):
                continue  # registered by an upper room, which tests them
            subject_id = {
                "municipality": town, "department": world.departments["Aalburg", "afval"], "entrance": world.entrances["Aalburg"],
            }.get(kind, "")  # fmt: skip
            read = each.read(town, str(subject_id))
            if read is None:
                assert kind in ("service_agreement", "useful_link", "standard_text")
                continue
            assert each.check(read) == read, kind
            each.write(town, str(subject_id), read)
            assert each.read(town, str(subject_id)) == read, kind


def test_every_kind_says_what_its_fields_may_be() -> None:
    assert set(rules_setup.CHECKS) <= set(SUBJECTS)
    with pytest.raises(InvalidInput):
        subject("ticket")


@pytest.mark.parametrize("number", ["x", "٣", "-1", "99999999999"])
def test_a_number_that_is_none_is_a_thing_that_is_not_there(world: World, number: str) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE), pytest.raises(NotFound):
        subject("department").read(world.towns["Aalburg"], number)
