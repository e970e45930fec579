"""Setting up the centre: towns and what each has decided, step by step, with the history of every change.

What belongs here are the pages and the verbs over several rooms; the tables of a town stay in ``municipalities``. Not
here: imports, mergers, and what agents do.
"""
