"""The demonstration centres: written content, and eight weeks of plausible work made from it.

Top room besides the command line: it may use every room below, and nothing uses it. Dutch: voorbeeldcentrum.
"""
