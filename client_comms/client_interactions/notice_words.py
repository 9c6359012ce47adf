"""How notices to staff name an interaction: its client and subject, how late what is owed is, and whose it is (C-3, C-4, R-2).

For users who can read it. An email leaves the system, so it names the client only to users who can email content of the level.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from frappe import _
from frappe.utils import get_fullname

from client_comms import alerts, clock
from client_comms.client_interactions.due_words import left_words
from client_comms.communication_governance import calendars
from client_comms.enforcement import interactions
from client_comms.rules import access
from client_comms.rules.time_left import time_left


def situation(doc, due: datetime | None, with_content: bool = True) -> str:
	"""The interaction, how late it is in business time (or how much of it is left), and whose it is, in the language of the session.

	:param due: an aware datetime; None if nothing is owed at the moment
	:param with_content: whether the client and the subject are named
	"""
	parts = [alerts.named(doc) if with_content else doc.name]
	if due:
		parts.append(
			left_words(time_left(calendars.for_company(doc.company), clock.to_aware(clock.now()), due))
		)
	if not doc.responsible_staff:
		return _("{0}. No one is responsible yet.").format(", ".join(parts))
	return _("{0}. Responsible: {1}.").format(", ".join(parts), get_fullname(doc.responsible_staff))


def email(doc, readers: Iterable[str], sentence: Callable[[bool], str]) -> None:
	"""Email users who can read the interaction.

	:param sentence: returns the text in the current language, with content of the interaction or without it
	"""
	emailable = set(interactions.readers_among(doc, list(readers), access.EMAIL))
	for with_content, users in ((True, emailable), (False, set(readers) - emailable)):
		if users:
			alerts.send(doc, users, lambda content=with_content: sentence(content))
