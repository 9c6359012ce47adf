"""On whose behalf a client uses the page: one client and one of its contacts, through a link or a login (P-3)."""

from dataclasses import dataclass

import frappe

from client_comms.client_privacy import links
from client_comms.client_privacy.doctype.client_consent.client_consent import PORTAL, SECURE_LINK
from client_comms.clients import confirmation
from client_comms.clients import contacts as clients


@dataclass(frozen=True, slots=True)
class Visit:
	"""On whose behalf the page is used; `consent` limits the visit to that one, `link` is None in the portal."""

	party_type: str
	party: str
	contact: str | None
	consent: str | None = None
	link: object = None

	@property
	def through(self) -> str:
		return SECURE_LINK if self.link else PORTAL

	@property
	def language(self) -> str:
		return (self.link and self.link.language) or frappe.local.lang

	@property
	def client(self) -> str:
		"""An identifier of the client among those of the same login."""
		return f"{self.party_type}/{self.party}"


def by_link(token: str | None, *, lock: bool = False) -> Visit:
	"""The visit that a link allows.

	:raises client_comms.exceptions.LinkNotValidError: the link is not valid
	"""
	link = links.find(token, lock=lock)
	return Visit(link.party_type, link.party, link.contact, link.consent, link)


def by_login(client: str | None = None) -> Visit | None:
	"""The visit of a portal user, for one of the clients of their login.

	:param client: which one, as in `Visit.client`; required if there are several
	:returns: None for a login without clients, or if it has several and none was chosen
	"""
	visits = of_login()
	if client:
		return next((visit for visit in visits if visit.client == client), None)
	return visits[0] if len(visits) == 1 else None


def of_login(user: str | None = None) -> list[Visit]:
	"""The possible visits of a portal user: one for each client for whom they speak.

	:param user: by default the session user
	"""
	found: dict[str, Visit] = {}
	for contact, *party in confirmation.clients_of_login(user or frappe.session.user):
		visit = Visit(*party, contact)
		found.setdefault(visit.client, visit)
	return [*found.values()]


def choices() -> list[dict]:
	"""The clients of the login, to choose from: `[{"client", "name"}]`."""
	return [
		{"client": visit.client, "name": clients.name_of(visit.party_type, visit.party)}
		for visit in of_login()
	]
