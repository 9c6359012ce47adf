"""Jobs of every five minutes and of every hour ask first whether there is anything to do: one that was stopped stays so under its new path."""

import frappe

JOBS = {
	"client_comms.client_interactions.clocks.sweep.run": "client_comms.scheduled.sweep",
	"client_comms.intake.event.log_begun": "client_comms.scheduled.log_begun",
	"client_comms.intake.retry.store_unprocessed": "client_comms.scheduled.store_unprocessed",
	"client_comms.intake.mailboxes.tell_silent": "client_comms.scheduled.tell_silent",
	"client_comms.outgoing.departures.store_left_behind": "client_comms.scheduled.store_left_behind",
	"client_comms.ledger.chain": "client_comms.scheduled.chain",
	"client_comms.ledger.witnesses.deliver": "client_comms.scheduled.deliver",
	"client_comms.client_interactions.daily_digest.run": "client_comms.scheduled.daily_digest",
	"client_comms.policy_changes.activation.start_due": "client_comms.scheduled.start_due",
	"client_comms.policy_changes.runs.continue_abandoned": "client_comms.scheduled.continue_abandoned",
	"client_comms.leak_check.job.fail_abandoned": "client_comms.scheduled.fail_abandoned",
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
