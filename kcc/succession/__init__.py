"""Municipalities that go on as another one, and municipalities that leave: reviewed first, done in steps, nothing lost.

What belongs here decides and watches; the moving itself is done by functions of the database (docs/succession.md, ADR 0019).
"""
