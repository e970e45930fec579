"""Work that waits for an agent. In this first form: tasks that a department returned to the centre.

Distribution over agents, presence and skills join it later; each item reaches one agent, never two.
"""
