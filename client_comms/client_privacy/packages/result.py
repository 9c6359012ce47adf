"""Copies of clients' data are written by the app only."""

from frappe import _

from client_comms.written_by_app import WrittenByTheApp, throw_fixed


class WrittenByPackages(WrittenByTheApp):
	"""A document that users cannot create, change or delete (P-2)."""

	def refuse(self):
		throw_fixed(
			_(
				"Copies of clients' data are made automatically. Use the buttons of the request and of the copy."
			),
			_("Cannot Be Changed"),
		)
