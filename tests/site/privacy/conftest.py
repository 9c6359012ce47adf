import frappe
import pytest

from client_comms import background_work


@pytest.fixture
def is_continued(monkeypatch):
	"""`is_continued(continue_all, doc)` is the next run of the scheduler: whether it queues the work on the document again."""
	queued = []
	monkeypatch.setattr(background_work, "is_job_enqueued", lambda job: False)
	monkeypatch.setattr(
		background_work.BackgroundWork,
		"enqueue",
		lambda self, name, **how: queued.append((self.doctype, name)),
	)

	def run(continue_all, doc) -> bool:
		queued.clear()
		frappe.db.set_value(doc.doctype, doc.name, "modified", "2026-01-01", update_modified=False)
		continue_all()
		return (doc.doctype, doc.name) in queued

	return run
