"""A programme may draw periods that begin on the same day but end on different ones (see Review Draw)."""

from client_comms.setup.indexes import drop_index


def execute():
	drop_index("Review Draw", "unique_programme_from_date")
