"""The methods that staff, integrations and the desk call; see each module for shapes and errors."""

from client_comms.api.access import break_glass, change_level, explain_access, is_governed, preview_governing
from client_comms.api.interactions import (
	acknowledge,
	answer,
	close,
	log_interaction,
	owed_documentation,
	pause,
	promise,
	reopen,
	resume,
)
from client_comms.api.ledger import verify_ledger
from client_comms.api.matrix import simulate_matrix

__all__ = [
	"acknowledge",
	"answer",
	"break_glass",
	"change_level",
	"close",
	"explain_access",
	"is_governed",
	"log_interaction",
	"owed_documentation",
	"pause",
	"preview_governing",
	"promise",
	"reopen",
	"resume",
	"simulate_matrix",
	"verify_ledger",
]
