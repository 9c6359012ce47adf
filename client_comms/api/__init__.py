"""The methods that staff, integrations and the desk call; see each module for shapes and errors."""

from client_comms.api.access import (
	break_glass,
	change_level,
	check_write_down,
	explain_access,
	explore_record,
	explore_user,
	is_governed,
	simulate_clearance,
	simulate_governing,
	simulate_matrix_access,
	simulate_role,
)
from client_comms.api.callers import client_called_again, find_caller
from client_comms.api.client_data import confirm_details
from client_comms.api.conversation import conversation
from client_comms.api.custody import (
	check_in_file,
	check_out_file,
	destroy_file,
	move_file,
	physical_file,
	report_file_missing,
)
from client_comms.api.deadlines import simulate_deadlines
from client_comms.api.documentation import (
	client_summary,
	evidence_choices,
	generate_documentation,
	owed_documentation,
	waive_documentation,
)
from client_comms.api.feedback import not_a_complaint, retype_as_feedback, sign_off_feedback_review
from client_comms.api.interactions import (
	acknowledge,
	answer,
	close,
	log_interaction,
	pause,
	promise,
	reopen,
	resume,
	simulate_log,
)
from client_comms.api.ledger import verify_ledger
from client_comms.api.matrix import simulate_matrix
from client_comms.api.owed import digest_subscription, open_interactions, owed_today
from client_comms.api.policies import (
	attest_policy,
	policies_in_force,
	policies_to_read,
	policy_difference,
	policy_history,
)
from client_comms.api.policy_changes import (
	cancel_policy_change,
	check_new_access,
	continue_policy_change,
	matrix_difference,
	policy_change,
	policy_change_examples,
	simulate_change,
)
from client_comms.api.preferences import communication_preference
from client_comms.api.privacy import (
	check_identity_code,
	check_outgoing,
	check_wording,
	consent_receipt,
	give_consent,
	may_share,
	refuse_consent,
	send_identity_code,
	verify_identity,
	withdraw_consent,
)
from client_comms.api.reviews import (
	comment_on_review,
	complete_review,
	dispute_review,
	draw_reviews,
	redraw_reviews,
)
from client_comms.api.scorecard import scorecard, scorecard_snapshot
from client_comms.api.self_service import invite_client, request_consent
from client_comms.api.sources import simulate_source_rules
from client_comms.api.templates import approve_template, withdraw_template
from client_comms.api.trainings import (
	complete_training,
	finish_training,
	keep_training_answers,
	locked_out_by_training,
	my_trainings,
	open_training,
)
from client_comms.api.unlogged import dismiss_unlogged, log_unlogged
from client_comms.api.writers import hand_over, who_may_write

__all__ = [
	"acknowledge",
	"answer",
	"approve_template",
	"attest_policy",
	"break_glass",
	"cancel_policy_change",
	"change_level",
	"check_identity_code",
	"check_in_file",
	"check_new_access",
	"check_out_file",
	"check_outgoing",
	"check_wording",
	"check_write_down",
	"client_called_again",
	"client_summary",
	"close",
	"comment_on_review",
	"communication_preference",
	"complete_review",
	"complete_training",
	"confirm_details",
	"consent_receipt",
	"continue_policy_change",
	"conversation",
	"destroy_file",
	"digest_subscription",
	"dismiss_unlogged",
	"dispute_review",
	"draw_reviews",
	"evidence_choices",
	"explain_access",
	"explore_record",
	"explore_user",
	"find_caller",
	"finish_training",
	"generate_documentation",
	"give_consent",
	"hand_over",
	"invite_client",
	"is_governed",
	"keep_training_answers",
	"locked_out_by_training",
	"log_interaction",
	"log_unlogged",
	"matrix_difference",
	"may_share",
	"move_file",
	"my_trainings",
	"not_a_complaint",
	"open_interactions",
	"open_training",
	"owed_documentation",
	"owed_today",
	"pause",
	"physical_file",
	"policies_in_force",
	"policies_to_read",
	"policy_change",
	"policy_change_examples",
	"policy_difference",
	"policy_history",
	"promise",
	"redraw_reviews",
	"refuse_consent",
	"reopen",
	"report_file_missing",
	"request_consent",
	"resume",
	"retype_as_feedback",
	"scorecard",
	"scorecard_snapshot",
	"send_identity_code",
	"sign_off_feedback_review",
	"simulate_change",
	"simulate_clearance",
	"simulate_deadlines",
	"simulate_governing",
	"simulate_log",
	"simulate_matrix",
	"simulate_matrix_access",
	"simulate_role",
	"simulate_source_rules",
	"verify_identity",
	"verify_ledger",
	"waive_documentation",
	"who_may_write",
	"withdraw_consent",
	"withdraw_template",
]
