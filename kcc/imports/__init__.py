"""Taking over what others keep in files: lists of the country, the set-up of a town, and what a former system knew.

What belongs here reads a file as rows of a kind and hands them in chunks to a writer, as a job; the tables that rows end up
in stay in their own rooms.
"""
