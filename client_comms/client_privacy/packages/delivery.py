"""Hands the copy of a client's data to the client: by a link to an address on file, without a login, until it expires (P-2)."""

import os
from datetime import datetime

import frappe
from frappe import _
from frappe.utils.response import send_private_file

from client_comms import clock, ledger
from client_comms.client_privacy import invitations, links, telling
from client_comms.client_privacy.packages import archive
from client_comms.clients import contacts, preferences
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.i18n import day_in_words, speaking
from client_comms.rules.messages import _ as N_

RELEASED = "Released"
HANDED_OVER = N_("Handed Over in Another Way")


def send(package, expires: datetime) -> str:
	"""Send the client a link to their copy; returns its name.

	:raises client_comms.exceptions.ActionNotPossibleError: the client gets no emails, or the site does not know its own address
	"""
	party_type, party, contact = package.party_type, package.party, package.contact
	address, owner = telling.address_of(package, HANDED_OVER)
	language = preferences.language_to(party_type, party, contact or owner)
	name, url = links.make(
		links.DATA,
		party_type=party_type,
		party=party,
		contact=contact or owner,
		sent_to=address,
		language=language,
		data_package=package.name,
		expires_on=expires,
	)
	with speaking(language):
		line = _("You can download it here until {0}:").format(day_in_words(expires))
		about = frappe._dict(doctype=links.LINK, name=name)
		invitations.send_link(address, url, _("The copy of your data"), line, about, lasts=True)
	return name


def shown(token: str | None) -> dict:
	"""What the page behind the link shows: `client`, `until`, `bytes`, `language`.

	:raises client_comms.exceptions.LinkNotValidError: the link is not valid
	"""
	link, package = _found(token)
	return {
		"client": contacts.name_of(package.party_type, package.party),
		"until": package.expires_on,
		"bytes": os.path.getsize(archive.path_of(package)),
		"language": link.language,
	}


def download(token: str | None):
	"""The file, as a response; it is recorded on the ledger. The link stays valid, because a download can fail.

	:raises client_comms.exceptions.LinkNotValidError: the link is not valid
	"""
	link, package = _found(token)
	frappe.db.set_value(
		PACKAGE,
		package.name,
		{"downloads": package.downloads + 1, "downloaded_on": clock.now()},
		update_modified=False,
	)
	ledger.record(ledger.DOWNLOAD, PACKAGE, package.name, package.confidentiality_level, rule=link.name)
	response = send_private_file(f"files/{package.stored_as}")
	response.headers["Content-Disposition"] = f'attachment; filename="{package.name}.zip"'
	response.headers["Cache-Control"] = "private, no-store"
	return response


def _found(token: str | None) -> tuple:
	link = links.find(token, (links.DATA,))
	package = frappe.get_doc(PACKAGE, link.data_package)
	if package.status != RELEASED or not archive.exists(package):
		links.refuse()
	return link, package
