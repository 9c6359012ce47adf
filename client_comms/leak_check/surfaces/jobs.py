"""What background jobs were given, which Frappe shows to administrators."""

import frappe

from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.surfaces.surface import BY_TOOL, surface

_JOB = "RQ Job"
_CLOSE = BY_TOOL.format(doctype=_JOB, ours="client_comms.enforcement.doctypes.rq_job.GuardedJob")


def nothing(**_given) -> None:
	"""The job itself: a worker can take it before it is removed."""


@surface("what a background job was given", _CLOSE)
def arguments_of_job(visitor, bait, planted):
	record = {"doctype": INTERACTION, "name": bait.name, "summary": bait.word}
	job = frappe.enqueue(nothing, queue="short", enqueue_after_commit=False, doc=record)
	try:
		answers = (
			visitor.call("frappe.client.get", doctype=_JOB, name=job.id),
			visitor.call("frappe.desk.form.load.getdoc", doctype=_JOB, name=job.id),
			visitor.get(f"/api/resource/{_JOB}", fields=["*"], limit_page_length=500),
			visitor.call("frappe.desk.reportview.get", doctype=_JOB, fields=["*"], page_length=500),
		)
		return any(bait.word in each.text for each in answers)
	finally:
		job.delete()
