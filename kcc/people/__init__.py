"""The people who work with KCC: accounts, memberships (a role in a municipality), departments they work for, sign-in.

Passwords, second factors and sessions stand in the schema ``guard``, which the application cannot read; the functions
in ``migrations/sql`` are its only way there. Citizens are in ``parties``.
"""
