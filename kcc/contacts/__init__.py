"""The contact's life: conversations and their drafts, tickets (vragen), contacts (klantcontacten), what was written.

Facts (tables without text or names) are kept apart from what was written, so that figures can be shown without personal
data, anonymous contacts can be counted, and text can be erased while the count stays.
"""
