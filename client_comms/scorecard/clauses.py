"""The controls and figures of each clause: one table. docs/procedure.md describes each of them."""

from dataclasses import dataclass
from datetime import datetime, time

from client_comms import clock
from client_comms.clients.preferences import PREFERENCE
from client_comms.rules import restriction
from client_comms.rules.messages import _ as N_
from client_comms.rules.scorecard import HIGH, LOW, Target
from client_comms.scorecard import controls as c
from client_comms.scorecard import figures as f
from client_comms.scorecard.figures import INTERACTION, Figure


@dataclass(frozen=True, slots=True)
class Clause:
	title: str
	controls: tuple[c.Control, ...]
	figures: tuple[Figure, ...] = ()


_ON_TIME = Target(HIGH, 95, 80)
_NONE = Target(LOW, 0, 0)
_FEW = Target(LOW, 0, 5)
_JUDGED = ["Met", "Met Late", "Breached"]
_SENT = ["outcome", "=", "Sent"]
_SHOWN = Target(HIGH, 0, 0)  # a figure that is evidence, whatever its value
_READ = Figure(N_("Confirmed as Read"), "Policy Attestation", f.dated("attested_on"), _SHOWN)
_APPROVED = Figure(N_("Policy Versions Approved"), "SOP Policy", f.dated("approved_on"), _SHOWN)
_OPEN_STATES = [["status", "!=", "Closed"]]
# The other figures of deadlines are about the latest question of each interaction.
_MISSED = Figure(
	N_("Missed a Deadline, at Any Question"),
	INTERACTION,
	f.interactions(["breached", "=", 1]),
	Target(LOW, 5, 20),
	of=f.interactions(),
)

CLAUSES: dict[str, Clause] = {
	"R-1": Clause(
		N_("Everyone follows the procedure"),
		(
			c.policy_in_force("Procedure", N_("Procedure in Force")),
			c.training_set_up(),
			c.scheduled("client_comms.people.policies.announce", N_("Announcement of New Versions")),
		),
		(_READ,),
	),
	"R-2": Clause(
		N_("Supervisors guide staff and review records"),
		(
			c.review_programme(),
			c.scheduled("client_comms.people.review_draws.draw_all", N_("Drawing of Reviews")),
			c.exists(
				"Escalation Step",
				{"parenttype": c.SETTINGS},
				N_("Escalation Steps"),
				N_("There are no escalation steps, so no one is notified of missed deadlines."),
			),
		),
		(
			Figure(
				N_("Reviews Overdue"),
				"Interaction Review",
				lambda since, until: [["status", "=", "Open"], ["due_on", "<", until.date()]],
				_FEW,
				present=True,
			),
			Figure(
				N_("Reviews Completed"), "Interaction Review", f.dated("completed_on"), Target(HIGH, 1, 0)
			),
		),
	),
	"R-3": Clause(
		N_("A compliance officer monitors confidentiality"),
		(
			c.role_held("Compliance Officer", N_("Compliance Officer")),
			c.ledger_is_chained(),
			c.scheduled("client_comms.scheduled.chain", N_("Chaining of the Ledger")),
			c.leak_check_done(),
			c.scheduled("client_comms.scorecard.card.take_monthly", N_("Monthly Snapshots")),
			c.hook("doc_events", "*", N_("Legal Holds"), "enforcement.legal_holds.require_none"),
			c.scheduled("client_comms.scheduled.continue_erasures", N_("Retention and Erasure")),
		),
		(
			Figure(
				N_("Emergency Access"),
				"Interaction Access Grant",
				f.dated("creation", ["break_glass", "=", 1]),
				Target(LOW, 3, 20),
			),
		),
	),
	"D-1": Clause(
		N_("Every interaction is logged"),
		(
			c.switch("log_inbound_email", N_("Log Inbound Messages")),
			c.switch("log_calls", N_("Log Calls")),
			c.switch("log_events", N_("Log Meetings")),
			c.switch("log_appointments", N_("Log Appointments")),
			c.switch("log_sources", N_("Log Sources of Other Apps")),
			c.switch("log_outbound", N_("Log First Contact by Staff")),
		),
		(
			Figure(N_("Could Not Be Logged"), "Intake Failure", f.now(), _FEW),
			Figure(
				N_("Logged Late"),
				INTERACTION,
				f.interactions(["logged_late", "=", 1]),
				Target(LOW, 5, 20),
				of=f.interactions(["logged_by_hand", "=", 1]),
			),
		),
	),
	"D-2": Clause(
		N_("Logs are complete"),
		(c.method(INTERACTION, "validate", N_("Log Details")),),
		(
			Figure(
				N_("Without a Client"),
				INTERACTION,
				f.interactions(["party_name", "is", "not set"]),
				Target(LOW, 2, 10),
				of=f.interactions(),
			),
			Figure(
				N_("Calls and Meetings Not Completed"),
				INTERACTION,
				f.interactions(["details_left_open", "=", 1]),
				Target(LOW, 2, 10),
				of=f.interactions(),
			),
		),
	),
	"D-3": Clause(
		N_("Approved templates and terminology"),
		(
			c.mode("template_mode", N_("Approved Template")),
			c.exists(
				"Communication Template",
				{"status": "Approved"},
				N_("Approved Templates"),
				N_("No template is approved."),
			),
			c.exists(
				"Terminology Rule", {"disabled": 0}, N_("Terminology"), N_("No terminology rule is enabled.")
			),
		),
		(Figure(N_("Templates Approved"), "Communication Template", f.dated("approved_on"), _SHOWN),),
	),
	"D-4": Clause(
		N_("Client information is verified"),
		(
			c.mode("verification_mode", N_("Verify Client Data Before Entry")),
			c.scheduled("client_comms.client_privacy.client_data.remind", N_("Confirm Details")),
		),
		(Figure(N_("Contacts Confirmed"), "Contact", f.dated("details_confirmed_on"), _SHOWN),),
	),
	"D-5": Clause(
		N_("Only authorised staff reach client records"),
		(
			c.clearances(),
			c.governed(),
			c.hook(
				"has_permission",
				INTERACTION,
				N_("Access to Interactions"),
				"enforcement.interactions.has_permission",
			),
			c.hook(
				"permission_query_conditions",
				INTERACTION,
				N_("Lists of Interactions"),
				"enforcement.interactions.interaction_condition",
			),
			c.hook(
				"permission_query_conditions",
				"Communication",
				N_("Lists of Messages"),
				"enforcement.linked_records.condition",
			),
		),
		(
			Figure(
				N_("Emergency Access"),
				"Compliance Ledger Entry",
				f.dated("at", ["action", "=", "Emergency Access"]),
				Target(LOW, 5, 50),
			),
		),
	),
	"D-6": Clause(
		N_("Files are stored securely"),
		(
			c.inventories(),
			c.hook("doc_events", "File", N_("Private Files"), "enforcement.private_files.keep_private"),
			c.scheduled("client_comms.client_interactions.custody.remind", N_("Late Files")),
		),
		(
			Figure(
				N_("Files Overdue"),
				"Physical File",
				lambda since, until: [
					["state", "=", "Checked Out"],
					["due_back", "is", "set"],
					["due_back", "<", until.date()],
				],
				_FEW,
				present=True,
			),
			Figure(N_("Files Missing"), "Physical File", f.now(["state", "=", "Missing"]), _NONE),
		),
	),
	"C-1": Clause(
		N_("Preferred channels are on record"),
		(c.mode("channel_mode", N_("Client's Preferred Channel")),),
		(
			f.ClientsWithPreference(
				N_("Clients With a Preference"), PREFERENCE, f.now(), Target(HIGH, 80, 20), of=f.now()
			),
		),
	),
	"C-2": Clause(
		N_("Replies use the client's channel"),
		(c.mode("channel_mode", N_("Client's Preferred Channel")),),
		(
			Figure(
				N_("Sent Through Another Channel"),
				"Client Disclosure",
				f.dated("disclosed_on", _SENT, ["preferred_channel", "is", "set"]),
				Target(LOW, 5, 20),
				of=f.dated("disclosed_on", _SENT, ["recipient_kind", "=", "Client"]),
			),
		),
	),
	"C-3": Clause(
		N_("Inquiries are acknowledged within one business day"),
		(
			c.deadlines("acknowledge_within_days", N_("Acknowledgement Deadline")),
			c.scheduled("client_comms.scheduled.sweep", N_("Missed Deadlines")),
		),
		(
			Figure(
				N_("Acknowledged in Time"),
				INTERACTION,
				f.interactions(["acknowledge_status", "=", "Met"]),
				_ON_TIME,
				of=f.interactions(["acknowledge_status", "in", _JUDGED]),
			),
			_MISSED,
		),
	),
	"C-4": Clause(
		N_("Inquiries are answered within two business days"),
		(
			c.deadlines("respond_within_days", N_("Answer Deadline")),
			c.scheduled("client_comms.scheduled.sweep", N_("Missed Deadlines")),
		),
		(
			Figure(
				N_("Latest Question Answered in Time"),
				INTERACTION,
				f.interactions(["respond_status", "=", "Met"]),
				_ON_TIME,
				of=f.interactions(["respond_status", "in", _JUDGED]),
			),
			Figure(
				N_("Latest Promises Kept"),
				INTERACTION,
				f.interactions(["promise_status", "=", "Met"]),
				_ON_TIME,
				of=f.interactions(["promise_status", "in", _JUDGED]),
			),
			_MISSED,
			Figure(
				N_("Promised Again Before It Was Due"),
				INTERACTION,
				f.interactions(["replaced_promises", ">", 0]),
				Target(LOW, 2, 10),
				of=f.interactions(),
			),
		),
	),
	"C-5": Clause(
		N_("Wording is courteous, concise and clear"),
		(c.mode("wording_mode", N_("Wording")),),
		(Figure(N_("Wording Findings"), "Wording Finding", f.dated("found_on"), Target(LOW, 10, 50)),),
	),
	"F-1": Clause(
		N_("Every inquiry and all feedback is logged"),
		(
			c.switch("log_inbound_email", N_("Log Inbound Messages")),
			c.switch("log_issues", N_("Log Issues")),
			c.switch("log_leads", N_("Log New Leads")),
			c.switch("log_opportunities", N_("Log New Opportunities")),
			c.exists(
				"Complaint Word",
				{"disabled": 0},
				N_("Words of Complaints"),
				N_("No word is enabled by which a record reads like a complaint."),
			),
		),
		(
			Figure(
				N_("Read Like a Complaint, Not Decided"),
				INTERACTION,
				f.now(*_OPEN_STATES, ["complaint_words", "is", "set"], ["not_a_complaint", "=", 0]),
				_FEW,
			),
		),
	),
	"F-2": Clause(
		N_("Someone is responsible for each follow-up"),
		(c.mode("responsible_party_mode", N_("Responsible Staff Must Have the Responsible Role")),),
		(
			Figure(
				N_("Open Without Responsible Staff"),
				INTERACTION,
				f.now(*_OPEN_STATES, ["responsible_staff", "is", "not set"]),
				_FEW,
			),
			Figure(
				N_("Open After a Missed Deadline"),
				INTERACTION,
				f.now(*_OPEN_STATES, ["breached", "=", 1]),
				_FEW,
			),
			Figure(
				N_("Action Items Past Due"),
				INTERACTION,
				f.items_past_due,
				_FEW,
			),
			Figure(
				N_("Action Items Without an Active User"),
				INTERACTION,
				f.items_without_user,
				_NONE,
			),
		),
	),
	"F-3": Clause(
		N_("Feedback is reviewed for trends"),
		(
			c.exists(
				"Communication Type",
				{"is_feedback": 1},
				N_("Feedback Types"),
				N_("No type counts as feedback."),
			),
			c.mode("feedback_mode", N_("Feedback Details Required to Close")),
			c.scheduled("client_comms.client_interactions.feedback.make_due", N_("Feedback Reviews")),
		),
		(
			Figure(
				N_("Reviews Not Signed Off"),
				"Feedback Review",
				f.now(["status", "=", "Draft"]),
				Target(LOW, 1, 3),
			),
		),
	),
	"P-1": Clause(
		N_("The client's identity is confirmed"),
		(c.mode("identity_mode", N_("Confirmed Client Identity")),),
		(
			Figure(
				N_("Failed Identity Checks"),
				"Identity Verification",
				f.dated("verified_on", ["result", "=", "Failed"]),
				Target(LOW, 3, 20),
			),
			Figure(
				N_("Sent Without a Valid Identity Check"),
				"Client Disclosure",
				f.sent_unchecked,
				Target(LOW, 0, 5),
				of=f.sent_where_identity_counts,
			),
		),
	),
	"P-2": Clause(
		N_("Nothing is disclosed to unauthorised parties"),
		(
			c.hook("doc_events", "Email Queue", N_("Outgoing Email"), "outgoing.email.before_queueing"),
			c.hook("doc_events", "DocShare", N_("Sharing"), "enforcement.sharing.refuse_share"),
			c.mode("advertising_mode", N_("Consent to Newsletters and Campaigns")),
			c.mode("write_down_mode", N_("Passing On Content of More Confidential Records")),
			c.mode("answers_mode", N_("Answers With a Record That the User Cannot Read")),
			c.hook(
				"after_request",
				"",
				N_("Refusals and Views in the Ledger"),
				"enforcement.refusals.after_request",
				"enforcement.audit.after_request",
			),
			c.hook(
				"doc_events",
				"Contact",
				N_("Lock on Records of Restricted Use"),
				"enforcement.restrictions.require_unlocked",
			),
			c.leak_check_done(),
		),
		(
			Figure(
				N_("Refused Attempts"),
				"Compliance Ledger Entry",
				f.dated("at", ["action", "=", "Refusal"]),
				Target(LOW, 50, 500),
			),
			Figure(
				N_("Clients' Requests Overdue"),
				"Data Subject Request",
				# Of the days before, so that the list behind it is the same at any time of the day.
				lambda since, until: [
					["status", "=", "Open"],
					["due_on", "<", datetime.combine(min(until, clock.now()), time.min)],
				],
				_NONE,
				present=True,
			),
			Figure(
				N_("Restrictions in Force"),
				"Processing Restriction",
				f.now(["status", "in", list(restriction.IN_FORCE)]),
				_SHOWN,
			),
			Figure(
				N_("Uses Despite a Restriction"),
				"Compliance Ledger Entry",
				f.dated("at", ["action", "=", "Exception Used"]),
				Target(LOW, 3, 20),
			),
		),
	),
	"P-3": Clause(
		N_("Third parties only with consent"),
		(
			c.mode("consent_mode", N_("Third-Party Consent")),
			c.scheduled("client_comms.client_privacy.consents.expire", N_("Expiry of Consents")),
		),
		(
			Figure(
				N_("Sent to Third Parties Without Consent"),
				"Client Disclosure",
				f.dated(
					"disclosed_on",
					_SENT,
					["recipient_kind", "=", "Third Party"],
					["consent", "is", "not set"],
				),
				_FEW,
			),
		),
	),
	"M-1": Clause(
		N_("The communication matrix decides"),
		(c.matrix_in_force(), c.mode("evidence_mode", N_("Documentation Required to Close"))),
		(
			Figure(
				N_("Matrix Versions Approved"),
				"Communication Matrix",
				f.dated("approved_on", ["docstatus", "=", 1]),
				_SHOWN,
			),
		),
	),
	"T-1": Clause(
		N_("Staff are trained"),
		(
			c.training_set_up(),
			c.scheduled("client_comms.people.trainings.remind", N_("Training Reminders")),
		),
		(
			Figure(
				N_("Trainings Completed"), "SOP Training Record", f.dated("completed_on"), Target(HIGH, 1, 0)
			),
		),
	),
	"T-2": Clause(
		N_("The procedure is reviewed"),
		(
			c.policy_in_force("Procedure", N_("Procedure in Force")),
			c.matrix_reviewed(),
			c.scheduled("client_comms.people.policies.remind", N_("Review Reminders")),
		),
		(_APPROVED,),
	),
	"T-3": Clause(
		N_("Related policies are at hand"),
		(
			c.policy_in_force("Client Confidentiality", N_("Client Confidentiality")),
			c.policy_in_force("Email and Communication", N_("Email and Communication")),
			c.policy_in_force("Data Retention and Privacy", N_("Data Retention and Privacy")),
		),
		(_READ,),
	),
	"T-4": Clause(
		N_("The procedure has versions"),
		(c.policy_in_force("Procedure", N_("Procedure in Force")), c.matrix_in_force()),
		(_APPROVED,),
	),
}
