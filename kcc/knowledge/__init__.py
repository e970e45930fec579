"""What agents may answer: articles of the centre and of each municipality, their overlays, versions, use and reports.

A shared article (kennisartikel) is the centre's; a municipality lays its own prices, hours and deviations over it. The
desk-only part never leaves the desk.
"""
