"""Why a method cannot be asked."""

from collections import Counter

from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.methods import Method

STOPS = {
	"starts a program",
	"connects to another service",
	"changes the structure of the database",
	"takes too long",
}
READ_IT = "reads the text and shows nothing"
READ_NOTHING = "reads nothing of the record"


def reason(method: Method) -> str | None:
	return None


def by_end(method: Method, ended: Counter) -> str | None:
	"""A reason that Administrator's calls show, none of which did anything with the record."""
	stopped = set(ended) & STOPS
	if stopped:
		return ", ".join(sorted(stopped))
	if not arguments.can_name(method):
		return "no parameter can name a record, and without one it shows nothing"
	if ended.get(READ_IT):
		return "shows nothing of the record, not even to Administrator"
	if set(ended) <= {READ_NOTHING}:
		return READ_NOTHING
	return None


def finding(found) -> str | None:
	"""Why something that a login got at is not a leak."""
	return None
