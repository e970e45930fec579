"""The measured cases of `bin/bench`; see `kcc.launch.benching` for what one looks like."""
