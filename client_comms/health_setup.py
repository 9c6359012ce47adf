"""What an administrator sets up once and can forget, as lines of the health check; without each, something is not done and no
error says so."""

import frappe
from frappe import _
from frappe.utils import cint, formatdate, getdate

from client_comms import alerts, clock, compat
from client_comms.client_privacy import links
from client_comms.communication_governance import calendars
from client_comms.health_formats import Line

_REGISTERING = "enable_dynamic_client_registration"


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
	"""The holidays of every calendar in use are known today; after the end of its list, they count as business days (C-3, C-4)."""
	used = sorted({calendars.default_name(), *calendars.own().values()})
	rows = frappe.get_all(
		"Response Calendar", {"name": ("in", used)}, ["name", "holiday_list"], order_by="name asc"
	)
	ends = dict(
		frappe.get_all(
			"Holiday List",
			{"name": ("in", [row.holiday_list for row in rows if row.holiday_list] or [""])},
			["name", "to_date"],
			as_list=True,
			order_by=None,
		)
	)
	today = clock.now().date()
	ended = [row for row in rows if row.holiday_list in ends and getdate(ends[row.holiday_list]) < today]
	without = [row.name for row in rows if not row.holiday_list]
	faults = tuple(
		_(
			"The holiday list {0} of {1} ended on {2}: later holidays count as business days. Extend it, or choose another one."
		).format(row.holiday_list, row.name, formatdate(ends[row.holiday_list]))
		for row in ended
	)
	if without:
		text = _("Without a holiday list, so that holidays count as business days: {0}").format(
			", ".join(without)
		)
	else:
		text = _("Known until {0}").format(formatdate(min(map(getdate, ends.values()), default=today)))
	return Line("holidays", _("Holidays"), text, faults, ("List", "Response Calendar"))


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
	"""Visitors cannot register programs that ask users for access (OAuth): version 16 lets them, under any name (D-5)."""
	settings = "OAuth Settings"
	is_open = bool(compat.is_version_16() and cint(frappe.db.get_single_value(settings, _REGISTERING)))
	registered = frappe.db.count("OAuth Client", {"owner": "Guest"})
	faults = ()
	if is_open:
		faults = (
			_(
				"Every visitor can register a program, under any name, that asks users to let it act for them. Clear Enable Dynamic Client Registration in OAuth Settings, and enter the programs that you use as OAuth Clients."
			),
		)
	text = _("Registered by visitors: {0}").format(registered)
	where = ("Form", settings) if compat.is_version_16() else ("List", "OAuth Client")
	return Line(
		"programs", _("Programs of Others"), text, faults, where, {"programs_of_visitors": registered}
	)


CHECKS = (
	("site_address", site_address),
	("holidays", holidays),
	("manager_role", manager_role),
	("programs", programs),
)
