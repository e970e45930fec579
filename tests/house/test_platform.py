"""The way round the scopes is for commands only; every use is on this list."""

from __future__ import annotations

from tests.house.code import called, modules, place, tree

USES = {
    "kcc/core/platform.py": "command_scope stands on platform_connection",
    "kcc/cli.py": "commands",
    "kcc/channels/feeding.py": "a command: what became of the mails that it fed",
    "kcc/channels/fetching.py": "a command: setting up where a mailbox is fetched",
    "kcc/setup/checking.py": "a command: what is wrong in every centre at once",
    "kcc/demo/load.py": "the demonstration centre",
}


def test_only_commands_use_the_platform_s_role() -> None:
    names = {"platform_connection", "command_scope"}
    found = {place(p) for p in modules() if any(name.split(".")[-1] in names for name in called(tree(p)))}
    found = {name for name in found if "/commands" not in name and not name.startswith("kcc/cli")}
    assert found <= set(USES), found - set(USES)


def test_no_web_process_is_given_the_platform_s_url() -> None:
    readers = {place(p) for p in modules() if "platform_url" in p.read_text()}
    doors = {
        name for name in readers if name.rsplit("/", 1)[-1].startswith(("views", "jobs", "forms", "queries", "actions"))
    }
    assert doors - {"kcc/core/jobs.py"} == set()
