"""Topics and routes: compared, taken over, and one at a time."""

from __future__ import annotations

from kcc.core.permissions import Permission
from kcc.municipalities import queries
from tests.support.world import World


def also_in_bergen(world: World) -> None:
    """Let the administrator set up Bergen too, which has grofvuil at another department and paspoort not at all."""
    with world.admin() as admin:
        admin.execute(
            "insert into membership (id, municipality_id, account_id, role, valid_from)"
            " values (gen_random_uuid(), %s, %s, 'administrator', now())", (world.towns["Bergen"], world.people["administrator"]),
        )  # fmt: skip
        admin.execute("update topic_route set active = false where municipality_id = %s and topic_id = %s",
            (world.towns["Bergen"], world.topics["noord", "paspoort"]))  # fmt: skip
        admin.execute("update topic_route set department_id = %s, term_amount = 9, term_unit = 'working_days'"
            " where municipality_id = %s and topic_id = %s",
            (world.departments["Bergen", "burgerzaken"], world.towns["Bergen"], world.topics["noord", "grofvuil"]))  # fmt: skip


def test_what_differs_is_shown_before_it_is_taken_over(world: World) -> None:
    also_in_bergen(world)
    town = world.towns["Bergen"]
    page = world.page("administrator").get(f"/setup/towns/{town}/topics?source={world.towns['Aalburg']}")
    assert "Hier ontbreken 1 onderwerpen die Aalburg heeft; 1 zijn er anders" in page.by_testid("differences").text
    page.submit('form[action$="copy"]')
    assert "1 onderwerp overgenomen" in page.text
    with world.scope("administrator", Permission.SETUP_MANAGE):
        paspoort = queries.route_for(town, world.topics["noord", "paspoort"])
        assert paspoort.department_id == world.departments["Bergen", "burgerzaken"]
        assert queries.route_for(town, world.topics["noord", "grofvuil"]).term.amount == 9
    page.get(f"/setup/towns/{town}/topics?source={world.towns['Aalburg']}").submit(
        'form[action$="copy"]', all_of_them="y"
    )
    with world.scope("administrator", Permission.SETUP_MANAGE):
        grofvuil = queries.route_for(town, world.topics["noord", "grofvuil"])
        assert (grofvuil.department_id, grofvuil.term.amount) == (world.departments["Bergen", "afval"], 2)


def test_a_group_of_the_list_goes_to_one_department_and_one_topic_is_changed(world: World) -> None:
    also_in_bergen(world)
    town, topic = world.towns["Bergen"], world.topics["noord", "paspoort"]
    page = world.page("administrator").get(f"/setup/towns/{town}/topics")
    page.submit('form[action$="group"]', department_id=str(world.departments["Bergen", "afval"]))
    assert "1 onderwerp toegevoegd" in page.text
    page.get(f"/setup/towns/{town}/topics/{topic}")
    page.submit(
        "main form",
        department_id=str(world.departments["Bergen", "burgerzaken"]),
        questions="Is het met spoed?\nVoor wie?",
    )
    with world.scope("administrator", Permission.SETUP_MANAGE):
        route = queries.route_for(town, topic)
        assert route.questions == ("Is het met spoed?", "Voor wie?") and route.department_name == "Burgerzaken"
    foreign = world.topics["zuid", "paspoort"]
    page.get(f"/setup/towns/{town}/topics/{foreign}", status=404)
    page.get(f"/setup/towns/{town}/topics/{topic}")
    page.submit("main form", department_id=str(world.departments["Aalburg", "afval"]), status=422)
