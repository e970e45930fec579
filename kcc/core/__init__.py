"""The ground floor: database, isolation, permissions, audit, jobs, events, clock, errors, logging.

Knows no room and no Flask view. What belongs here is what every room needs and none owns.
"""
