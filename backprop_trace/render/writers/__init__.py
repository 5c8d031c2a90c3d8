"""Writers, a module a format: each has `write(blocks, medium) -> Iterator[str]`, which turns blocks into text as they
come."""
