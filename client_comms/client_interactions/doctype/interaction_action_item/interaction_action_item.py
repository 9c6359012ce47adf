from client_comms.client_interactions.rows import InteractionRow


class InteractionActionItem(InteractionRow):
	pass
