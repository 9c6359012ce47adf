"""The methods that staff, integrations and the desk call; see each module for shapes and errors."""

from client_comms.api.access import (
	access_refusal,
	break_glass,
	change_level,
	check_write_down,
	decline_access,
	explain_access,
	explore_record,
	explore_user,
	grant_access,
	is_governed,
	request_access,
	simulate_clearance,
	simulate_governing,
	simulate_matrix_access,
	simulate_role,
	who_opens,
)
from client_comms.api.callers import client_called_again, find_caller
from client_comms.api.client_data import confirm_details
from client_comms.api.conversation import conversation, writing
from client_comms.api.custody import (
	check_in_file,
	check_out_file,
	destroy_file,
	move_file,
	physical_file,
	report_file_missing,
)
from client_comms.api.deadlines import deadline_words, simulate_deadlines
from client_comms.api.documentation import (
	client_summary,
	evidence_choices,
	generate_documentation,
	owed_documentation,
	waive_documentation,
)
from client_comms.api.escalation import escalate, escalation_recipients
from client_comms.api.feedback import not_a_complaint, retype_as_feedback, sign_off_feedback_review
from client_comms.api.interactions import (
	acknowledge,
	answer,
	close,
	interaction_actions,
	log_interaction,
	needs_answer,
	pause,
	promise,
	reopen,
	resume,
	simulate_log,
	take_back_answer,
)
from client_comms.api.ledger import (
	continue_ledger_verification,
	cosign_checkpoint,
	export_ledger,
	start_ledger_verification,
	verify_ledger,
)
from client_comms.api.matrix import matrix_choices, simulate_matrix
from client_comms.api.merging import (
	merge_interactions,
	move_message,
	simulate_merge,
	simulate_move,
	simulate_split,
	split_off,
)
from client_comms.api.owed import (
	digest_subscription,
	interactions_due_today,
	my_duties,
	open_interactions,
	owed_today,
	owed_work,
	workspace_block,
)
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
	export_policy,
	import_policy,
	matrix_difference,
	policy_change,
	policy_change_examples,
	preview_policy,
	retry_policy_change,
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
from client_comms.api.self_service import invite_client, invite_clients, request_consent
from client_comms.api.sources import simulate_source_rules
from client_comms.api.team import act_on_interactions, my_team
from client_comms.api.templates import (
	approve_template,
	send_back_template,
	template_to_approve,
	templates_to_approve,
	withdraw_template,
)
from client_comms.api.trainings import (
	complete_training,
	finish_training,
	keep_training_answers,
	locked_out_by_training,
	my_trainings,
	open_training,
	training_roles,
)
from client_comms.api.unlogged import dismiss_unlogged, log_unlogged
from client_comms.api.users import user_names
from client_comms.api.writers import hand_over, who_may_write
