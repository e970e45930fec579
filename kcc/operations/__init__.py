"""Running a centre from day to day: is everything well, what must be looked at today, maintenance, and figures for machines.

What belongs here looks over all rooms and changes none of them.
"""
