"""Queries with more groups than MariaDB usually keeps in memory (R-3)."""

# At most, of the database's memory, for the groups of one query: those of some hundred thousand clients or records.
_BYTES = 256 * 1024 * 1024


def in_memory(query: str) -> str:
	"""A select with many groups, which takes up to three times as long where they are kept on a disk."""
	return f"set statement tmp_memory_table_size = {_BYTES}, max_heap_table_size = {_BYTES} for {query}"
