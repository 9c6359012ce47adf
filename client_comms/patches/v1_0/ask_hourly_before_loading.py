"""Jobs of every hour ask first whether there is anything to do: one that was stopped stays so under its new path."""

import frappe

JOBS = {
	"client_comms.enforcement.closing.follow": "client_comms.scheduled.follow_takeovers",
	"client_comms.intake.retry.run": "client_comms.scheduled.retry",
	"client_comms.intake.substitution.run": "client_comms.scheduled.substitute",
	"client_comms.client_privacy.erasure.runs.continue_all": "client_comms.scheduled.continue_erasures",
	"client_comms.client_privacy.packages.runs.continue_packages": "client_comms.scheduled.continue_packages",
	"client_comms.ledger.runs.continue_verifications": "client_comms.scheduled.continue_verifications",
}


def execute():
	for before, after in JOBS.items():
		frappe.db.set_value("Scheduled Job Type", {"method": before}, "method", after)
