"""Tests stand where the code stands."""

from __future__ import annotations

from pathlib import Path

from tests.house.code import KCC, ROOT, modules

ROOMS = (
    "core",
    "web",
    "municipalities",
    "people",
    "parties",
    "knowledge",
    "contacts",
    "routing",
    "backoffice",
    "channels",
    "desk",
    "insight",
    "operations",
    "setup",
    "succession",
    "integrations",
    "demo",
)
LAYERS = ("actions", "queries", "rules", "views", "models")
WITHOUT: dict[str, str] = {
    "models": "tables: tests/house/test_tenancy.py and test_migrations.py read every one",
    "models_history": "the same",
    "models_rights": "the same",
    "models_roster": "the same",
    "models_deciding": "the same",
    "models_presence": "the same",
    "models_tuning": "the same",
    "models_written": "the same",
    "models_mail": "the same",
    "models_files": "the same",
    "models_calls": "the same",
    "models_forms": "the same",
    "models_counter": "the same",
    "models_national": "the same",
}


def places_of(room: str, stem: str) -> list[Path]:
    """Where a module's tests may stand: a layer in several files (actions_views) may share those of the layer."""
    layer = stem.partition("_")[0]
    names = (stem, layer) if layer in LAYERS else (stem,)
    return [ROOT / "tests" / room / f"test_{name}.py" for name in names]


def test_every_module_of_a_room_has_its_tests() -> None:
    missing = []
    for path in modules():
        room, *rest = path.relative_to(KCC).parts
        if room not in ROOMS or len(rest) != 1 or path.stem in (*WITHOUT, "__init__"):
            continue
        name = f"{room}/{path.stem}"
        if name not in TESTED_ELSEWHERE and not any(test.exists() for test in places_of(room, path.stem)):
            missing.append(name)
    assert missing == []


def test_no_reason_outlives_its_module() -> None:
    assert [name for name in TESTED_ELSEWHERE if not (KCC / f"{name}.py").exists()] == []
    needless = [
        n for n in TESTED_ELSEWHERE if (ROOT / "tests" / n.split("/")[0] / f"test_{n.split('/')[1]}.py").exists()
    ]
    assert needless == []


TESTED_ELSEWHERE: dict[str, str] = {
    "municipalities/views_meanwhile": "tests/setup/test_views_steps.py, tests/channels/test_views_texts.py",
    "setup/actions_people_file": "tests/setup/test_views_people.py",
    "setup/forms_people": "tests/setup/test_views_person.py",
    "setup/people_words": "tests/setup/test_views_person.py",
    "routing/forms_roster": "tests/routing/test_views_roster.py",
    "setup/queries_check": "tests/setup/test_views_check.py",
    "setup/queries_people": "tests/setup/test_actions_leaving.py",
    "setup/jobs": "tests/setup/test_actions_leaving.py",
    "people/inviting": "tests/people/test_views_welcome.py",
    "people/welcome": "tests/people/test_views_welcome.py",
    "people/new_address": "tests/people/test_views_address.py",
    "people/actions_address": "tests/people/test_views_address.py",
    "people/jobs": "tests/people/test_views_welcome.py",
    "channels/actions_mail_kept": "tests/channels/test_mail_of_old_names.py",
    "channels/forms_telephony": "tests/channels/test_views_telephony.py",
    "channels/jobs_calls": "tests/channels/test_actions_calls.py",
    "channels/forms_counter": "tests/channels/test_views_counter.py",
    "channels/queries_counter": "tests/channels/test_actions_counter.py",
    "channels/forms_incidents": "tests/channels/test_views_incidents.py",
    "channels/queries_incidents": "tests/channels/test_views_incidents.py",
    "channels/forms_public": "tests/channels/test_views_form.py, tests/channels/test_views_status.py",
    "channels/forms_settings": "tests/channels/test_views_forms.py",
    "channels/public_door": "tests/channels/test_views_form.py, tests/channels/test_views_status.py",
    "channels/queries_forms": "tests/channels/test_actions_forms.py",
    "channels/views_strangers": "tests/channels/test_views_form.py",
    "channels/commands": "tests/channels/test_feeding.py, tests/channels/test_fetching.py",
    "channels/views_mail_words": "tests/channels/test_views_sorting.py",
    "channels/forms_mail": "tests/channels/test_views_mail.py, tests/channels/test_views_sorting.py, tests/channels/test_views_texts.py",
    "integrations/mail_reader": "tests/integrations/test_mail_reading.py",
    "channels/forms_files": "tests/channels/test_views_files.py",
    "channels/queries_files": "tests/channels/test_actions_files.py",
    "channels/views": "it only gathers the other files of views",
    "channels/views_blueprint": "one line",
    "contacts/forms": "tests/contacts/test_views.py",
    "contacts/queries": "tests/contacts/test_actions.py, tests/contacts/test_views.py",
    "contacts/queries_lists": "tests/contacts/test_views.py",
    "core/clock": "one line",
    "core/errors": "tests/web/test_errors.py",
    "core/guard": "tests/house/test_permissions.py, tests/house/test_tenancy.py",
    "core/migrating": "tests/house/test_migrations.py",
    "core/permissions": "tests/house/test_permissions.py",
    "core/rls": "tests/house/test_tenancy.py",
    "core/roles": "tests/house/test_tenancy.py",
    "demo/articles": "tests/demo/test_load.py",
    "demo/channels_life": "tests/demo/test_load.py",
    "core/bulk": "tests/demo/test_load.py",
    "succession/reimporting": "tests/succession/test_actions_leaving.py",
    "succession/forms": "tests/succession/test_views.py",
    "imports/forms": "tests/imports/test_views.py",
    "imports/queries": "tests/imports/test_actions.py, tests/imports/test_views.py",
    "imports/jobs": "tests/imports/test_actions.py",
    "imports/queries_tickets": "tests/imports/test_actions_tickets.py",
    "demo/commands": "tests/journeys/conftest.py loads by command",
    "demo/content_files": "tests/demo/test_content.py",
    "demo/content_people": "tests/demo/test_content.py",
    "demo/content_shapes": "tests/demo/test_content.py",
    "demo/content_tables": "tests/demo/test_content.py",
    "demo/history_calls": "tests/demo/test_load.py",
    "demo/history": "tests/demo/test_load.py",
    "demo/history_rows": "tests/demo/test_load.py",
    "demo/imports_life": "tests/demo/test_load.py",
    "demo/laid": "tests/demo/test_load.py",
    "demo/mail_life": "tests/demo/test_load.py",
    "demo/queue": "tests/demo/test_load.py",
    "demo/people_of_town": "tests/demo/test_load.py",
    "core/findings": "tests/operations/test_views.py",
    "operations/forms": "tests/operations/test_views.py",
    "operations/metrics": "tests/operations/test_views.py",
    "operations/queries": "tests/operations/test_views.py",
    "operations/queries_round": "tests/operations/test_views.py",
    "operations/actions": "tests/operations/test_views.py",
    "routing/forms_tuning_words": "tests/routing/test_forms_tuning.py",
    "web/fragments": "tests/contacts/test_views.py, tests/web/test_errors.py",
    "web/navigation": "tests/people/test_views.py",
    "web/panels": "tests/backoffice/test_views.py",
    "web/person": "tests/core/test_tenancy.py, tests/people/test_views.py",
}
"""Modules whose tests stand elsewhere, and where."""
