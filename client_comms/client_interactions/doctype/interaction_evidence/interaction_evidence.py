from client_comms.client_interactions.rows import InteractionRow


class InteractionEvidence(InteractionRow):
	pass
