"""The agent's screen (werkplek) and its one act, Finish, which calls the rooms below in one transaction."""
