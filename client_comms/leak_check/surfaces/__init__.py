"""Every way by which the content of a record can come back, as one small request each; a file for each kind of way.

Whoever adds a surface adds a function to the file it belongs to: the decorator registers it.
"""

from client_comms.leak_check.surfaces import (
	changes,
	dependents,
	files,
	governed_documents,
	lists,
	portal,
	printing,
	record,
	reports,
	rows,
	search,
	timelines,
)
from client_comms.leak_check.surfaces.surface import REGISTERED, Surface

# In this order a check walks them.
FILES = (
	record,
	lists,
	search,
	rows,
	timelines,
	governed_documents,
	portal,
	dependents,
	files,
	printing,
	reports,
	changes,
)
SURFACES: list[Surface] = [
	each for file in FILES for each in REGISTERED if each.probe.__module__ == file.__name__
]
