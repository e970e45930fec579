"""What editors' forms make of what was typed."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from kcc.core.errors import InvalidInput
from kcc.knowledge.forms import ArticleForm, OverlayForm
from tests.support.world import World


def test_an_unreadable_value_is_refused_on_saving_and_overlooked_in_a_preview(world: World) -> None:
    with world.app.test_request_context("/", method="POST"):
        form = ArticleForm(MultiDict({"title": "T", "body": "B", "variables": "kapot"}))
        assert form.variables_so_far() == {}
        with pytest.raises(InvalidInput):
            form.to_text()


def test_an_empty_overlay_form_means_nothing_differs(world: World) -> None:
    with world.app.test_request_context("/", method="POST"):
        overlay = OverlayForm(MultiDict({"text": " \x00 "})).to_overlay()
        assert (overlay.text, overlay.deviation, overlay.variables, overlay.hidden) == ("", "", {}, False)
