"""Work on a document that outlives its job: two never do it at once, it is queued again if its worker was killed, and after a
few attempts that came to nothing it counts as failed, so that staff see it and start it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, now_datetime
from frappe.utils.background_jobs import is_job_enqueued
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from client_comms import clock
from client_comms.i18n import words_to_keep

FAILED = "Failed"
ATTEMPTS = 5
_QUEUEING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BackgroundWork:
	"""How the work on one DocType is queued, and known to be unfinished.

	Its documents have `status`, `error` and `attempts`, which the work sets to 0 whenever it makes progress.

	:param job: the path of the function, which takes the name of the document as `name_of_run`
	:param event: told to the browsers of those who wait for it; also the name of its jobs
	:param unfinished: filters of the documents that the scheduler continues
	:param timeout: of a job, in seconds
	:param ended_on: the field with the time of the end
	"""

	doctype: str
	job: str
	event: str
	unfinished: Mapping
	timeout: int
	ended_on: str = "finished_on"

	def enqueue(self, name: str, *, also_from_its_job: bool = False) -> None:
		"""Queue the work, unless it waits or runs already.

		:param also_from_its_job: the job itself queues the next one, and is still running
		"""
		frappe.enqueue(
			self.job,
			queue="long",
			timeout=self.timeout,
			job_id=self._job_id(name),
			deduplicate=not also_from_its_job,
			enqueue_after_commit=True,
			name_of_run=name,
		)

	def is_going_on(self, name: str) -> bool:
		"""Whether its job waits or runs."""
		return is_job_enqueued(self._job_id(name))

	def carry_out(self, name: str, do: Callable[[str], None]) -> None:
		"""The job. Two at once do no harm: the second leaves. What an error ended is tried again by `continue_all`."""
		try:
			with filelock(self._job_id(name).replace(":", "_"), timeout=1):
				self._try(name, do)
		except LockTimeoutError:
			return

	def _try(self, name: str, do: Callable[[str], None]) -> None:
		# nosemgrep: frappe-manual-commit (a job; it must see what was started, not an older snapshot)
		frappe.db.commit()
		try:
			do(name)
		except Exception as error:
			frappe.db.rollback()
			title = f"{self.doctype} {name} stopped"
			frappe.log_error(title=title, reference_doctype=self.doctype, reference_name=name)
			frappe.db.set_value(self.doctype, name, "error", words_to_keep(error))
		# nosemgrep: frappe-manual-commit (a job; those who wait for it see how it stands)
		frappe.db.commit()

	def continue_all(self) -> None:
		"""Called by the scheduler: queue again what was interrupted, and give up what was so too often."""
		fields = ["name", "modified", "attempts", "error"]
		for row in frappe.get_all(
			self.doctype, dict(self.unfinished), fields, order_by="creation asc, name asc"
		):
			if now_datetime() - row.modified < _QUEUEING or self.is_going_on(row.name):
				continue
			if cint(row.attempts) >= ATTEMPTS:
				self.fail(
					row.name,
					row.error
					or _(
						"The background job ended without a result several times. Choose Continue or Try Again."
					),
				)
			else:
				frappe.db.set_value(self.doctype, row.name, "attempts", cint(row.attempts) + 1)
				self.enqueue(row.name)

	def fail(self, name: str, error: str) -> None:
		"""Give it up until staff start it again (`again`)."""
		values = {"status": FAILED, "error": error, self.ended_on: clock.now()}
		frappe.db.set_value(self.doctype, name, values)

	def again(self, name: str, status: str) -> None:
		"""Start what failed or was interrupted again; earlier attempts do not count."""
		values = {"status": status, "error": None, "attempts": 0, self.ended_on: None}
		frappe.db.set_value(self.doctype, name, values)
		self.enqueue(name)

	def _job_id(self, name: str) -> str:
		return f"{self.event}:{name}"
