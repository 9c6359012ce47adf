"""What an administrator sets up once and can forget, as lines of the health check; without each, something is not done and no
error says so."""

import frappe
from frappe import _
from frappe.utils import formatdate
from frappe.utils.data import get_system_timezone

from client_comms import alerts
from client_comms.client_interactions.clocks import site_zone
from client_comms.client_privacy import links
from client_comms.communication_governance import calendars, found_roles
from client_comms.communication_governance import holidays as known_holidays
from client_comms.health_formats import Line


def site_address() -> Line:
	"""The site knows its address, without which clients get no links (P-1, P-3)."""
	known = links.has_site_address()
	faults = ()
	if not known:
		faults = (
			_("No links are sent to clients. Run bench --site {0} set-config host_name https://….").format(
				frappe.local.site
			),
		)
	text = (frappe.conf.host_name or frappe.conf.hostname) if known else _("Not configured")
	return Line("site_address", _("Address of the Site"), text, faults)


def holidays() -> Line:
	"""The holidays of every calendar in use are known as long as deadlines last; later ones count as business days (C-3, C-4)."""
	used = sorted({calendars.default_name(), *calendars.own().values()} - {None, ""})
	docs = [frappe.get_cached_doc("Response Calendar", name) for name in used]
	without = [doc.name for doc in docs if not calendars.holiday_lists(doc)]
	faults = tuple(filter(None, map(known_holidays.missing, docs)))
	if without:
		text = _("Without a holiday list, so that holidays count as business days: {0}").format(
			", ".join(without)
		)
	else:
		ends = [known_holidays.known_until(doc) for doc in docs]
		text = (
			_("Known until {0}").format(formatdate(min(ends))) if ends and all(ends) else _("Not known today")
		)
	next_step = _("Choose one in each calendar, unless you work on holidays.") if without else ""
	return Line("holidays", _("Holidays"), text, faults, ("List", "Response Calendar"), next_step=next_step)


def time_zone() -> Line:
	"""The site's time zone is that in which the history is stored (C-3, C-4)."""
	faults = ()
	if before := site_zone.changed_from():
		faults = (
			_(
				"The times of the interactions are stored in {0}, but the site's time zone is {1} now, so that each happened at another moment. Set {0} again in System Settings."
			).format(before, get_system_timezone()),
		)
	return Line("time_zone", _("Time Zone"), get_system_timezone(), faults, ("Form", "System Settings"))


def roles_from_before() -> Line:
	"""The holders of roles that the site had before are confirmed (D-5)."""
	faults = found_roles.sentences()
	text = _("To be confirmed: {0}").format(len(faults)) if faults else _("None to confirm")
	return Line("roles_from_before", _("Roles From Before"), text, faults, ("Form", "Client Comms Settings"))


def manager_role() -> Line:
	"""Someone has the manager role, and so is told of missed deadlines and of what could not be assigned (R-2)."""
	role = frappe.get_cached_doc("Client Comms Settings").manager_role
	found = alerts.managers() - {"Administrator"}
	faults = ()
	if not found:
		faults = (
			_(
				"No user has the role {0}, so no one is told of missed deadlines and of what could not be assigned. Give it to a user."
			).format(_(role)),
		)
	text = _("Users with the role {0}: {1}").format(_(role), len(found))
	return Line("manager_role", _("Manager Role"), text, faults, ("List", "User"), {"managers": len(found)})


def programs() -> Line:
	"""No visitor has registered a program that asks users for access (OAuth): as installed, version 16 lets them, under any name (D-5)."""
	registered = frappe.db.count("OAuth Client", {"owner": "Guest"})
	faults = ()
	if registered:
		faults = (
			_(
				"Visitors registered programs, under names of their choice, that ask users to let them act in their name. In the list of OAuth Clients, delete those that you do not know and enter those that you use. Then clear Enable Dynamic Client Registration in OAuth Settings."
			),
		)
	text = _("Registered by visitors: {0}").format(registered)
	figures = {"programs_of_visitors": registered}
	return Line("programs", _("Programs of Others"), text, faults, ("List", "OAuth Client"), figures)


CHECKS = (
	("site_address", site_address),
	("holidays", holidays),
	("time_zone", time_zone),
	("roles_from_before", roles_from_before),
	("manager_role", manager_role),
	("programs", programs),
)
