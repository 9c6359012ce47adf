"""Roles and Role Profiles with names of ours that the site had before: what their holders can do is confirmed by an administrator (D-5).

The holders of a role such as "Account Manager" were chosen for something else. So the shipped levels give it no clearance until
it is confirmed.
"""

import click
import frappe
from frappe import _

from client_comms import procedure
from client_comms.i18n import bold

# Global default: the found roles and profiles that no one has confirmed or set aside yet.
_OPEN = "client_comms_found_roles"
_LEVEL = "Confidentiality Level"
_NAMED = 20


def hold_back(roles: list[str], profiles: list[str]) -> None:
	"""At installation: remember those of the found roles that users hold, and the found profiles."""
	held = [role for role in roles if _holders(role)]
	_store({"roles": held, "profiles": list(profiles)})


def cleared(clearances: tuple[dict, ...]) -> tuple[dict, ...]:
	"""The rows of a shipped level without those of roles that are to be confirmed."""
	held = _stored()["roles"]
	return tuple(row for row in clearances if row["role"] not in held)


def to_confirm() -> dict:
	"""
	:returns: `{"roles": [{"role", "holders": number, "users": [full names of some], "levels": [those that the procedure
	    ships for it]}], "profiles": [{"profile", "missing": [roles]}]}`
	"""
	found = _stored()
	profiles = [{"profile": name, "missing": _missing(name)} for name in found["profiles"]]
	return {
		"roles": [
			{
				"role": role,
				"holders": len(holders := _holders(role)),
				"users": frappe.get_all(
					"User",
					{"name": ("in", holders or [""])},
					pluck="full_name",
					order_by="full_name asc",
					limit=_NAMED,
				),
				"levels": [level for level, _row in _shipped(role)],
			}
			for role in found["roles"]
		],
		"profiles": [each for each in profiles if each["missing"]],
	}


def confirm(role: str, give: bool) -> None:
	"""Give the holders of a found role the shipped clearances, where its levels have none of their own for it, or leave it without.

	:raises frappe.ValidationError: the role is not one that is to be confirmed
	"""
	found = _stored()
	if role not in found["roles"]:
		_refuse(role)
	for level, row in _shipped(role) if give else ():
		if not frappe.db.exists(_LEVEL, level):
			continue
		doc = frappe.get_doc(_LEVEL, level)
		if not any(each.role == role for each in doc.clearances):
			doc.append("clearances", dict(row))
			doc.save()
	found["roles"].remove(role)
	_store(found)


def set_aside(profile: str) -> None:
	"""Leave a found Role Profile as it is.

	:raises frappe.ValidationError: the profile is not one that is to be confirmed
	"""
	found = _stored()
	if profile not in found["profiles"]:
		_refuse(profile)
	found["profiles"].remove(profile)
	_store(found)


def tell() -> None:
	"""On the command line, at the end of an installation."""
	for sentence in sentences():
		click.secho(f"client_comms: {sentence}", fg="yellow")


def sentences() -> tuple[str, ...]:
	"""What is to be confirmed and where, as plain text."""
	found = to_confirm()
	return (
		*(
			_(
				"The site had the role {0} before, with {1} users. They have no clearance until a Client Communications Manager or Administrator confirms it: in Client Comms Settings, choose Roles From Before."
			).format(_(each["role"]), each["holders"])
			if each["levels"]
			else _(
				"The site had the role {0} before, with {1} users. They can configure this app now. Take the role from those who should not, and confirm it: in Client Comms Settings, choose Roles From Before."
			).format(_(each["role"]), each["holders"])
			for each in found["roles"]
		),
		*(
			_(
				"The site had the Role Profile {0} before, which lacks roles of that job: {1}. Add them in its form, or set it aside in Client Comms Settings under Roles From Before."
			).format(each["profile"], ", ".join(map(_, each["missing"])))
			for each in found["profiles"]
		),
	)


def forget() -> None:
	frappe.db.set_global(_OPEN, None)


def _refuse(name: str) -> None:
	frappe.throw(
		_("{0} is not waiting for confirmation. Open Client Comms Settings again.").format(bold(name)),
		title=_("Nothing to Confirm"),
	)


def _shipped(role: str) -> list[tuple[str, dict]]:
	return [
		(level["level_name"], row)
		for level in procedure.LEVELS
		for row in level["clearances"]
		if row["role"] == role
	]


def _holders(role: str) -> list[str]:
	rows = {"role": role, "parenttype": "User", "parent": ("not in", ("Administrator", "Guest"))}
	return frappe.get_all("Has Role", rows, pluck="parent", order_by=None, distinct=True)


def _missing(profile: str) -> list[str]:
	if not frappe.db.exists("Role Profile", profile):
		return []
	has = {row.role for row in frappe.get_doc("Role Profile", profile).roles}
	return [role for role in procedure.ROLE_PROFILES[profile] if role not in has]


def _stored() -> dict:
	# Past Frappe's cache, which does not follow what is written during an installation.
	text = frappe.db.get_value("DefaultValue", {"parent": "__global", "defkey": _OPEN}, "defvalue")
	return {"roles": [], "profiles": [], **frappe.parse_json(text or "{}")}


def _store(found: dict) -> None:
	frappe.db.set_global(_OPEN, frappe.as_json(found, indent=None))
