"""What a formula is, and every question asked of one: reading, evaluating, printing, slopes."""
