"""What clients are owed, for the desk's forms and workspace (C-3, C-4)."""

import frappe
from frappe import _
from frappe.utils import format_date, get_datetime_str, get_fullname

from client_comms.client_interactions import daily_digest, figures, form_data, owed
from client_comms.client_interactions.due_words import due_words
from client_comms.communication_governance import calendars
from client_comms.enforcement import offered, readers
from client_comms.people import absences, duties
from client_comms.setup import workspace_block as block

INTERACTION = owed.INTERACTION


@frappe.whitelist()
def open_interactions(doctype: str, name: str) -> list[dict]:
	"""Interactions with running or paused clocks about a document or with a client, the most urgent first.

	Only those that the user can read; the result gives no hint of others.

	:param doctype: Issue, Opportunity, Lead, Customer, Prospect, Supplier or Contact
	:returns: at most 4 rows of the fields of `owed.FIELDS`, `clock_state`, `next_deadline`, `responsible_name`, and
	    `owed` as `form_data.owed_words`
	:raises frappe.PermissionError: the user cannot read the document
	"""
	frappe.has_permission(doctype, "read", name, throw=True)
	if not frappe.has_permission(INTERACTION, "read"):
		return []
	rows = owed.open_of(doctype, name, limit=4)
	for row in rows:
		row.responsible_name = row.responsible_staff and get_fullname(row.responsible_staff)
		row.owed = form_data.owed_words(row)
	return rows


@frappe.whitelist()
def owed_today() -> dict:
	"""What the user owes up to the end of today, and how many interactions there are.

	:returns: `{"items": [{"what", "client", "subject", "due", "late", "words", "interaction"}, …], "more": int, "uncounted": bool,
	    "next": […], "duties": [{"what", "title", "due", "route"}], "figures"}`: the eight most urgent items, how many of the
	    user's own there are besides, or whether there are more than were counted, without any the items that are due next,
	    what the procedure asks of the user, and `figures.of_workspace`
	"""
	with readers.holding():
		return _owed_today(frappe.session.user)


@frappe.whitelist()
def interactions_due_today(filters: list | str | None = None) -> dict:
	"""The number card of this name: see `figures.card_due_today`.

	:param filters: Frappe sends those of the card, which has none
	:raises frappe.PermissionError: the user cannot read interactions
	"""
	frappe.has_permission(INTERACTION, "read", throw=True)
	return figures.card_due_today()


def _owed_today(user: str) -> dict:
	asked = [*_away(user), *duties.of_user(user)]
	if not frappe.has_permission(INTERACTION, "read"):
		return {"items": [], "more": 0, "uncounted": False, "next": [], "duties": asked, "figures": []}
	items = owed.owed(user, calendars.end_of_today(), owed.MOST + 1)
	shown = items[:8]
	return {
		"items": _rows(shown),
		"more": len(items[: owed.MOST]) - len(shown),
		"uncounted": len(items) > owed.MOST,
		"next": [] if items else _rows(owed.owed(user, most=owed.NEXT)),
		"duties": asked,
		"figures": figures.of_workspace(),
	}


def _away(user: str) -> list[dict]:
	"""Who is entered as away reads here why nothing is theirs, and where to say that they are back."""
	if not (absence := absences.entered_of(user)):
		return []
	until = _("Until {0}: What is due goes to your substitute or to colleagues.")
	return [
		{
			"what": _("You Are Away"),
			"title": until.format(format_date(absence.to_date)),
			"due": None,
			"route": ["Form", absences.ABSENCE, absence.name],
		}
	]


def _rows(items: list[owed.OwedItem]) -> list[dict]:
	return [
		{
			"what": owed.label(item.what),
			"client": item.interaction.party_name,
			"subject": item.subject,
			"due": get_datetime_str(item.due),
			"late": owed.is_late(item),
			"words": due_words(item.due, item.interaction.company),
			"interaction": item.interaction.name,
		}
		for item in items
	]


@frappe.whitelist()
def workspace_block() -> dict:
	"""`owed_today`, and what else Frappe's page asks for, so that the workspace asks once: as `page` what `get_desktop_page` tells of it,
	and beside it, as a form receives it but without its files and comments, the document of the block.

	:raises frappe.PermissionError: the user cannot open the workspace
	"""
	page = offered.get_desktop_page(frappe.as_json(block.WORKSPACE))
	if frappe.has_permission(block.DOCTYPE) and frappe.db.exists(block.DOCTYPE, block.NAME):
		frappe.response.setdefault("docs", []).append(frappe.get_cached_doc(block.DOCTYPE, block.NAME))
	return {**owed_today(), "page": page}


@frappe.whitelist()
def owed_work() -> dict:
	"""What the user has to do until the end of the next working day, and what waits for clients: see `owed.work`.

	:raises frappe.PermissionError: the user cannot read interactions
	"""
	frappe.has_permission(INTERACTION, "read", throw=True)
	return owed.work(frappe.session.user)


@frappe.whitelist()
def my_duties() -> list[dict]:
	"""What the procedure asks of the session user besides clients' matters: see `duties.of_user`."""
	return duties.of_user(frappe.session.user)


@frappe.whitelist(methods=["POST"])
def digest_subscription() -> str:
	"""The name of the user's own Digest Subscription, created with the settings' defaults if necessary."""
	frappe.has_permission("Digest Subscription", "create", throw=True)
	return daily_digest.subscription_of(frappe.session.user)
