"""How the world may stand when the forms of people, rights and the roster are shown."""

from __future__ import annotations

import uuid

WHO = "(select id from account where email = '{}@kcc.example')"
MOMENTS = {
    "somebody is proposed": "insert into rights_proposal (id, municipality_id, account_id, valid_from, proposed_at, proposed_by_id, decision)"
    f" select '{uuid.UUID(int=78)}', id, {WHO.format('editor')}, now(), now(), {WHO.format('supervisor')}, '' from municipality"
    " where name = 'Aalburg' on conflict do nothing; insert into membership (id, municipality_id, account_id, role, valid_from)"
    f" select gen_random_uuid(), id, {WHO.format('handler')}, 'agent', now() from municipality where name = 'Aalburg'",
    "another address was asked for": "insert into guard.email_change (change_id, account_id, municipality_id, old_email, new_email, asked_by)"
    " select gen_random_uuid(), a.id, t.id, a.email, 'nieuw-' || a.email, coalesce(b.id, a.id) from municipality t, (values"
    " ('editor', 'supervisor'), ('agent', null)) as v (who, by_whom) join account a on a.email = v.who || '@kcc.example'"
    " left join account b on b.email = v.by_whom || '@kcc.example' where t.name = 'Aalburg' on conflict do nothing",
    "somebody works today": "update roster_shift set on_day = current_date",
    "somebody left": "update membership set valid_to = now() where role = 'agent' and account_id = "
    + WHO.format("agent")
    + "; insert into membership (id, municipality_id, account_id, role, valid_from)"
    f" select gen_random_uuid(), id, {WHO.format('editor')}, 'agent', now() from municipality where name = 'Aalburg'",
}
"""SQL by the name of a moment."""
