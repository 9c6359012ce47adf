"""Notifications about interactions; only users who can read an interaction are notified about it (D-5, R-2)."""

from collections.abc import Callable, Iterable

import frappe
from frappe import _
from frappe.translate import get_user_lang
from frappe.utils import escape_html, get_fullname, get_link_to_form

from client_comms import clock, compat, transactions
from client_comms.document import insert_together
from client_comms.enforcement import interactions, policy
from client_comms.flags import flagged
from client_comms.i18n import speaking, speaking_to
from client_comms.roles import users_with_role
from client_comms.rules import access

_MUTED = "client_comms_muted"


def muted():
	"""No one is notified inside the block, because it handles past events."""
	return flagged(_MUTED)


def are_muted() -> bool:
	return bool(frappe.flags.get(_MUTED))


def of_client(doc) -> str:
	"""The client and the subject of an interaction, for users who can read it."""
	return ": ".join(filter(None, (doc.party_name, doc.subject)))


def named(doc) -> str:
	"""An interaction in a notification to users who can read it: its number alone would say nothing to them."""
	return f"{of_client(doc)} ({doc.name})" if of_client(doc) else doc.name


def nobody_responsible(doc) -> None:
	"""No one with the responsible role is available: the manager role gets the interaction, or decides who takes it."""

	def subject() -> str:
		if not doc.responsible_staff:
			return _("No one could be assigned to {0}").format(named(doc))
		return _("No one with the responsible role was available for {0}, so it was assigned to {1}").format(
			named(doc), get_fullname(doc.responsible_staff)
		)

	notify(doc, managers(), subject)


def handed_over(user: str, number: int, reason: Callable[[], str], tell_them: bool = False) -> None:
	"""Tell the manager role, once, how much of a user's work was reassigned to it.

	:param tell_them: the user as well, who can still log in and does not see it any more
	"""
	if tell_them:
		tell(
			[user],
			lambda: _("Your interactions were reassigned to the manager role ({0}): {1}").format(
				reason(), number
			),
			"User",
			user,
			link=compat.desk_path("owed-today"),
		)
	for manager in sorted(managers() - {user}):
		_entry(
			manager,
			lambda: _("Interactions of {0} ({1}) reassigned to the manager role: {2}").format(
				get_fullname(user), reason(), number
			),
			"User",
			user,
		).update({"link": compat.desk_path("query-report/Team Board")}).insert(ignore_permissions=True)


def emergency_access(doc, grant) -> None:
	"""Notify everyone with oversight of emergency access immediately."""
	roles = access.oversight_roles(policy.current(), doc.confidentiality_level)
	notify(
		doc,
		set().union(*(users_with_role(role) for role in roles)) - {grant.user},
		lambda: _("Emergency access to {0} by {1}: {2}").format(
			named(doc), get_fullname(grant.user), grant.reason
		),
	)


def managers() -> set[str]:
	"""Enabled holders of the manager role of the settings."""
	return users_with_role(frappe.get_cached_doc("Client Comms Settings").manager_role)


def enabled(users: Iterable[str | None]) -> list[str]:
	"""Those of `users` who are enabled desk users."""
	named = ("in", [*filter(None, users), ""])
	return frappe.get_all("User", {"name": named, "enabled": 1, "user_type": "System User"}, pluck="name")


def notify(doc, users, subject: Callable[[], str]) -> None:
	"""A desk notification for each of `users` who can read the interaction.

	:param subject: returns the subject in the current language
	"""
	tell(interactions.readers(doc, users), subject, doc.doctype, doc.name)


def tell(users, subject: Callable[[], str], doctype: str, name: str, link: str | None = None) -> None:
	"""A desk notification for each of `users`; the caller has already checked that they can read the document.

	:param link: the address that a click opens; by default that of the document
	"""
	if are_muted():
		return
	for user in sorted(users):
		entry = _entry(user, subject, doctype, name).update({"link": link})
		entry.insert(ignore_permissions=True, ignore_links=True)  # the user and the document were just read


def remind(users: Iterable[str], subject: Callable[[], str], doctype: str, name: str) -> None:
	"""`tell`, as a step of a daily job, and note on the document that it was today (`last_reminded_on`); an error ends this reminder alone.

	:param users: looked at within the step, so it can be a generator
	"""
	with transactions.step("A reminder could not be sent", doctype, name):
		tell(users, subject, doctype, name)
		frappe.db.set_value(doctype, name, "last_reminded_on", clock.now().date(), update_modified=False)


def post(told: Iterable[tuple[Iterable[str], Callable[[], str]]], doctype: str, name: str) -> None:
	"""`tell` about one of many records: the caller must call `show` once for all of them before committing.

	Otherwise Frappe marks a user's notifications as unseen each time, and workers that notify the same
	users wait for each other.

	:param told: users who can read the document, and a function that returns the subject for them
	"""
	insert_together([_entry(user, subject, doctype, name) for users, subject in told for user in users])


def _entry(user: str, subject: Callable[[], str], doctype: str, name: str):
	with speaking_to(user):
		text = escape_html(subject())  # the desk shows it as HTML
	entry = frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user,
			"from_user": "Administrator",
			"subject": text,
			"document_type": doctype,
			"document_name": name,
		}
	)
	entry.flags.client_comms_alert = True
	return entry


def assign(task, doctype: str, name: str) -> str:
	"""Give a user a ToDo about a document.

	:param task: has `assigned_to`, `due_on` and `description`
	:returns: the name of the ToDo
	"""
	todo = {
		"doctype": "ToDo",
		"allocated_to": task.assigned_to,
		"date": task.due_on,
		"description": task.description,
		"reference_type": doctype,
		"reference_name": name,
	}
	return frappe.get_doc(todo).insert(ignore_permissions=True).name


def show(users) -> None:
	"""Show `users` in the desk that there are new notifications."""
	if not users:
		return
	settings = frappe.qb.DocType("Notification Settings")
	frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(sorted(users))).run()
	for user in sorted(users):
		frappe.publish_realtime("notification", after_commit=True, user=user)


def send(doc, readers, sentence: Callable[[], str]) -> None:
	"""Email users who are known to be able to read the interaction, with one email per language.

	:param sentence: returns the text, with no more of the interaction than these users can receive by email; a link follows
	"""
	if are_muted() or frappe.flags.mute_emails:
		return
	for language, addresses in _by_language(readers).items():
		with speaking(language):
			frappe.sendmail(
				recipients=addresses,
				subject=sentence(),
				message=f"<p>{escape_html(sentence())}</p><p>{get_link_to_form(doc.doctype, doc.name)}</p>",
				reference_doctype=doc.doctype,
				reference_name=doc.name,
				add_unsubscribe_link=0,
			)


def _by_language(users) -> dict[str, list[str]]:
	"""Language → the addresses of the `users` who use it."""
	found: dict[str, list[str]] = {}
	for row in frappe.get_all("User", {"name": ("in", users)}, ["name", "email"], order_by="name asc"):
		found.setdefault(get_user_lang(row.name), []).append(row.email)
	return found
