"""What people write: worked examples in YAML, sheets, samples; with the place of every word."""
