"""How large a sheet may be."""

MOST_LINES = 200_000
LARGEST_SHEET = 20_000_000
LONGEST_LINE = 20_000
MOST_SETTINGS = 50
MOST_ROWS_JOINED = 400
"""Lines that one bracket may go over."""
LARGEST_BLOCK = 10_000
"""Numbers in one matrix."""
