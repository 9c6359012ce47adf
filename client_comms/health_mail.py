"""Whether emails reach this site and leave it, as lines of the health check."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, pretty_date

from client_comms import clock
from client_comms.health_formats import RECENT, Line
from client_comms.intake import mailboxes, unprocessed
from client_comms.outgoing import email_queue

MAIL_LATE = timedelta(hours=1)


def incoming_mail() -> Line:
	"""The mailboxes that clients write to are fetched, and what they receive can be read."""
	fetched = frappe.get_all(
		mailboxes.ACCOUNT,
		{"enable_incoming": 1},
		["name", "no_failed", mailboxes.NOT_FOR_CLIENTS],
		order_by="name asc",
	)
	accounts = [account for account in fetched if not account[mailboxes.NOT_FOR_CLIENTS]]
	faults = [
		_("{0} could not be fetched the last {1} times. Check its password and server.").format(
			account.name, account.no_failed
		)
		for account in accounts
		if cint(account.no_failed)
	]
	stopped, silent = mailboxes.stopped(), mailboxes.silent()
	faults += [
		_(
			"Frappe stopped fetching {0} {1}, because it had failed too often. Check its password and server, then set Enable Incoming again; if it is no longer needed, clear Fetching Stopped On."
		).format(name, pretty_date(since))
		for name, since in stopped
	]
	faults += [
		mailboxes.without_folders(name)
		or _("{0} was last fetched {1}. Check its password and server, and the scheduler above.").format(
			name, pretty_date(since)
		)
		for name, since in silent
	]
	unread = frappe.db.count(unprocessed.UNPROCESSED, {"status": unprocessed.WAITING})
	if unread:
		faults.append(
			_(
				"Received emails that could not be stored as messages: {0}. Take them in from Unlogged Interactions."
			).format(unread)
		)
	text = (
		_("Mailboxes that are fetched: {0}").format(len(accounts))
		if accounts
		else _("No mailbox is fetched, so no incoming email is logged")
	)
	if apart := [account.name for account in fetched if account not in accounts]:
		text += " · " + _("Not for clients: {0}").format(", ".join(apart))
	return Line(
		"incoming_mail",
		_("Incoming Mail"),
		text,
		tuple(faults),
		("List", "Email Account"),
		{
			"mailboxes": len(accounts),
			"silent_mailboxes": len(stopped) + len(silent),
			"unreadable_emails": unread,
		},
		"" if accounts else _("Enable incoming email for each mailbox to which clients write."),
	)


def outgoing_mail() -> Line:
	"""Emails can leave the site and do not pile up in the queue."""
	faults = []
	if frappe.conf.mute_emails:
		faults.append(_("Emails are muted in site_config.json (mute_emails), so none is sent."))
	elif not frappe.conf.mail_server and not frappe.db.exists(
		"Email Account", {"enable_outgoing": 1, "default_outgoing": 1}
	):
		faults.append(_("No Email Account is the default for outgoing mail. Set one up."))
	if cint(frappe.db.get_default("suspend_email_queue")):
		faults.append(_("Sending is suspended. Resume it in the list of the Email Queue."))
	late = frappe.db.count("Email Queue", {"status": "Not Sent", "creation": ("<", clock.now() - MAIL_LATE)})
	failed = email_queue.count_failed(clock.now() - RECENT)
	if late:
		faults.append(_("Emails waiting for more than an hour: {0}.").format(late))
	if failed:
		said = _("Emails of the last 7 days that could not be sent: {0}. See the Email Queue.")
		faults.append(said.format(failed))
	return Line(
		"outgoing_mail",
		_("Outgoing Mail"),
		_("Waiting for more than an hour: {0}; failed in the last 7 days: {1}").format(late, failed),
		tuple(faults),
		("List", "Email Queue"),
		{"late_emails": late, "failed_emails": failed},
	)


CHECKS = (
	("incoming_mail", incoming_mail),
	("outgoing_mail", outgoing_mail),
)
