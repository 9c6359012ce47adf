"""What clients ask for with Frappe's own forms for their login, *Personal Data Download Request* and *Personal Data Deletion Request*,
becomes a Data Subject Request (P-2).

Frappe itself does nothing about these (`enforcement.doctypes.personal_data_request`): its file and its deletion know neither other people
in the client's data, nor legal holds, nor what the law keeps.
"""

import frappe
from frappe import _

from client_comms.client_privacy import page_visits
from client_comms.client_privacy.requests import asking
from client_comms.clients import confirmation
from client_comms.enforcement.doctypes import personal_data_request as frappes
from client_comms.exceptions import ActionNotPossibleError

_RIGHTS = {frappes.DOWNLOAD: "Access", frappes.DELETION: "Erasure"}


def take_over(doc, method=None) -> None:
	"""`after_insert` of Frappe's requests: one request for each client for whom the login speaks.

	Visitors who are not logged in can name any login: they get a link by email, if the address is on file, with which they ask.

	:raises ActionNotPossibleError: it is not known for whom the login speaks, or the client waits for the answer already
	"""
	login = frappes.login_of(doc)
	if not confirmation.is_client(login):
		return
	if frappe.session.user == "Guest":
		asking.queue_link(login)
		return
	visits = page_visits.of_login(login)
	if not visits:
		frappe.throw(
			_(
				"We do not know for which client you speak. Please write to us, and we will enter your request."
			),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	right = _RIGHTS[doc.doctype]
	# If all wait for an answer already, the first of them says until when.
	for visit in [each for each in visits if not asking.waiting(each, right)] or visits:
		if frappe.session.user == login:
			asking.ask(visit, right, None)
		else:
			asking.enter(visit, right, None, asking.STAFF)
