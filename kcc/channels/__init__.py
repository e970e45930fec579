"""How questions come in beside the desk: mail, web form, counter, telephone. Each becomes a ticket and waits for an agent.

One verb (``actions.receive_question``) takes every question in; what is special to a channel stands in files of its own.
"""
