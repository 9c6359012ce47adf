"""The site's time zone stays as long as a history is stored in it (C-3, C-4).

Frappe stores moments without a zone, and judgements of deadlines have one: in another zone, each event would have happened at
another moment, and what was met or missed would be judged again.
"""

import frappe
from frappe import _
from frappe.utils.data import get_system_timezone

from client_comms.i18n import bold

# In site_config.json, by those who run the server: change it all the same.
ALLOWED = "client_comms_allow_time_zone_change"
# Global default: the zone in which the history is stored.
_KNOWN = "client_comms_time_zone"


def require_kept(doc, method=None) -> None:
	"""`validate` of System Settings.

	:raises frappe.ValidationError: there are interactions, and the time zone is another one
	"""
	before = frappe.db.get_single_value("System Settings", "time_zone")
	if not before or doc.time_zone == before or not has_history() or frappe.conf.get(ALLOWED):
		return
	frappe.throw(
		_(
			"The time zone of the site stays {0}: the times of its interactions are stored in it. With {1}, each would have happened at another moment, and deadlines that were met or missed would be judged again. Set where business is in the Response Calendar, and where users are in their own settings. If {0} was wrong from the beginning, those who run the server can allow the change with bench --site {2} set-config {3} 1."
		).format(bold(before), bold(doc.time_zone), frappe.local.site, ALLOWED),
		title=_("Time Zone Is in Use"),
	)


def remember(doc=None, method=None) -> None:
	"""The zone in which the history is stored from now on: after a change that was allowed, and before there is any."""
	if doc and has_history() and not doc.has_value_changed("time_zone"):
		return  # what was changed past this form stays known
	zone = (doc and doc.time_zone) or get_system_timezone()
	if frappe.db.get_global(_KNOWN) != zone:
		frappe.db.set_global(_KNOWN, zone)


def forget() -> None:
	frappe.db.set_global(_KNOWN, None)


def changed_from() -> str | None:
	"""The zone in which the history is stored, if the site has another one now."""
	known = frappe.db.get_global(_KNOWN)
	return known if known and known != get_system_timezone() and has_history() else None


def has_history() -> bool:
	return bool(frappe.db.exists("Client Interaction", {}))
