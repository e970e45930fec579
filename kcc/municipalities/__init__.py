"""Municipalities (gemeenten) as tenants, and the centre (samenwerkingsverband) that serves them.

Here live entrances, hours, closing days, agreements, departments, topics and the routes from topic to department,
useful links and running incidents. Not here: people (``people``) and what citizens ask (``contacts``).
"""
