"""The back office: internal tasks (interne taken) for departments, attempts to reach the citizen, forwarding and return.

A task belongs to one department of one municipality for good: forwarding closes it and makes its successor, so that no
department can hand itself rows of another.
"""
