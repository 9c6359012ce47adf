"""Plans and results of erasure are written by the app only."""

from frappe import _

from client_comms import written_by_app


class ErasureResult(written_by_app.WrittenByTheApp):
	"""A document that users cannot create, change or delete (P-2)."""

	def refuse(self):
		written_by_app.throw_fixed(
			_("Plans and results of erasure are written automatically. Use the buttons of the run instead."),
			_("Cannot Be Changed"),
		)
