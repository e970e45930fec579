"""A town's picture is for those who work for it."""

from __future__ import annotations

import hashlib

from tests.factories.pictures import png
from tests.support.world import World


def test_who_works_for_a_town_sees_its_picture_and_nobody_else(world: World) -> None:
    picture = png(60, 30)
    mark = hashlib.sha256(picture).hexdigest()
    with world.admin() as admin:
        admin.execute("insert into town_logo values (%s, %s, %s)", (world.towns["Aalburg"], mark, picture))
    address = f"/towns/{world.towns['Aalburg']}/logo/{mark}"
    shown = world.page("agent").get(address, judge=False)
    assert shown.response is not None and shown.response.content_type == "image/png"
    assert shown.response.get_data() == picture
    assert shown.response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    world.page("agent_zuid").get(address, status=404)
    world.page("agent").get(address[:-1] + "x", status=404)
