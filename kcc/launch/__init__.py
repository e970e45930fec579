"""Launch: the four commands (run, test, prove, bench) and the database server they bring along."""
