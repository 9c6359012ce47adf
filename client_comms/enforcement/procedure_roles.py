"""The roles that deal with clients, and those whose holders the procedure concerns (R-1, M-1)."""

from client_comms import clock, procedure
from client_comms.enforcement import policy
from client_comms.rules import access_new


def client_facing() -> frozenset[str]:
	"""The roles that the matrix versions in force make responsible for some communication type."""
	return access_new.client_facing(policy.current(), clock.now())


def all_roles() -> frozenset[str]:
	"""The roles that the app ships, and those that the matrix makes responsible."""
	return client_facing() | frozenset(procedure.ROLES)
