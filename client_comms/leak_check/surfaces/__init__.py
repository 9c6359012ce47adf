"""All ways in which the content of a record can come back, each as one small request; one file per kind.

To add a surface, add a function to the matching file; the decorator registers it.
"""

from client_comms.leak_check.surfaces import (
	changes,
	dependents,
	files,
	governed_documents,
	guesses,
	jobs,
	lists,
	named_by_own,
	portal,
	printing,
	record,
	reports,
	rows,
	search,
	source_documents,
	timelines,
)
from client_comms.leak_check.surfaces.surface import REGISTERED, Surface

# A check runs them in this order.
FILES = (
	record,
	guesses,
	lists,
	search,
	rows,
	timelines,
	governed_documents,
	named_by_own,
	portal,
	dependents,
	source_documents,
	files,
	printing,
	reports,
	jobs,
	changes,
)
SURFACES: list[Surface] = [
	each for file in FILES for each in REGISTERED if each.probe.__module__ == file.__name__
]
