"""What a message from staff to the client means for the response clocks (clauses C-3, C-4).

Staff can say what their message is. If they say nothing, the organisation decides whether a reply answers.
"""

from client_comms.rules.response_clock import ACKNOWLEDGED, ANSWERED, PROMISED, STATE_STOPPED, UNMET, Clocks

# A summary confirms what was discussed; it neither answers nor promises anything.
ACKNOWLEDGEMENT, PROMISE, ANSWER, SUMMARY = "acknowledgement", "promise", "answer", "summary"
KINDS = (ACKNOWLEDGEMENT, PROMISE, ANSWER, SUMMARY)


def event_of(clocks: Clocks, kind: str | None, reply_answers: bool) -> str | None:
	"""The event to record for a message of this kind; None if it changes nothing.

	:param kind: one of `KINDS`; anything else counts as not said
	:param reply_answers: whether a reply whose kind is not said is the full answer, or only an acknowledgement
	"""
	if clocks.clock_state == STATE_STOPPED:
		return None
	if kind == PROMISE:
		return PROMISED
	if kind == ANSWER or (kind not in KINDS and reply_answers):
		return ANSWERED
	return ACKNOWLEDGED if clocks.acknowledge.status in UNMET else None
