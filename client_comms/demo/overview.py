"""Shows the result of the demonstration as a table on the terminal."""

import frappe

from client_comms.acting import acting_as
from client_comms.demo import privacy, scenario
from client_comms.demo.site import INTERACTION, Demonstration
from client_comms.dry_run.command import deadline, minute
from client_comms.table import print_table

FIELDS = (
	"name",
	"occurred_on",
	"party_name",
	"subject",
	"communication_type",
	"confidentiality_level",
	"status",
	"acknowledge_by",
	"acknowledge_status",
	"respond_by",
	"respond_status",
	"breached",
)


def show(demonstration: Demonstration) -> None:
	"""Print one line for each conversation, with its deadlines and the staff who can read it."""
	names = demonstration.interactions().values()
	rows = frappe.get_all(
		INTERACTION, {"name": ("in", list(names))}, list(FIELDS), order_by="occurred_on asc, name asc"
	)
	readable = readable_by_staff()
	print()
	print_table(
		(
			"Since",
			"Client",
			"Subject",
			"Type",
			"Level",
			"Status",
			"Acknowledge by",
			"Respond by",
			"Visible to",
		),
		[
			(
				minute(row.occurred_on),
				row.party_name or "-",
				row.subject,
				row.communication_type,
				row.confidentiality_level,
				row.status,
				deadline(row.acknowledge_by, row.acknowledge_status),
				deadline(row.respond_by, row.respond_status),
				" ".join(
					_initials(name) for (name, user), *_roles in scenario.STAFF if row.name in readable[user]
				),
			)
			for row in rows
		],
		flexible=(1, 2),
	)
	print()
	print_table(
		("Visible to", "Name", "Role", "User", "Interactions"),
		[
			(_initials(name), name, role, user, str(len(readable[user].intersection(names))))
			for (name, user), role, _roles in scenario.STAFF
		],
	)
	print()
	print(f"{len(rows)} conversations, {sum(row.breached for row in rows)} with a deadline missed.")
	print()
	print("\n".join(logins(demonstration)))


def logins(demonstration: Demonstration) -> list[str]:
	"""How to log in as the staff and as a client in the portal, and whether mail leaves the site."""
	client = privacy.client_of(privacy.PORTAL_CUSTOMER)[1]
	people = f"Log in as any of these users, or as the client {client} in the portal (/me)"
	password = (
		f"with the password {demonstration.password}"
		if demonstration.users
		else "with the password that was shown when they were created, or set one: bench --site SITE set-password USER"
	)
	muted = (
		"Emails are muted on this site (mute_emails in site_config.json): none leaves it."
		if frappe.conf.mute_emails
		else "This site sends emails; those to the demonstration's addresses (.example) will bounce."
	)
	return [f"{people}, {password}.", muted]


def readable_by_staff() -> dict[str, set[str]]:
	"""User -> the interactions in their desk list."""
	found = {}
	for (_name, user), *_roles in scenario.STAFF:
		with acting_as(user):
			may_list = frappe.has_permission(INTERACTION, "read")
			found[user] = set(frappe.get_list(INTERACTION, pluck="name") if may_list else ())
	return found


def _initials(name: str) -> str:
	return "".join(word[0] for word in name.split())
