"""KCC: one contact centre for several municipalities.

Rooms stand on each other; a room may use the rooms below it, never back::

    app, cli, launch, demo
    insight  desk  backoffice  routing  contacts  knowledge  parties  people  municipalities
    web | integrations
    core

Inside a room, doors (views, jobs) call verbs (actions), verbs call questions (queries), questions read tables (models);
pure decisions stand in rules. Only doors know the web. ``docs/architecture.md`` walks through it.
"""
