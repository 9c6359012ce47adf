"""Data that several unit tests share."""

import pytest

from client_comms.rules import access

# The clearances an organisation starts with: R read, W write, P print, E email, X export, S share, O oversight.
SHIPPED_CLEARANCES = {
	("Standard", 10, access.ROLE): {
		"Frontline Staff": "RWPE",
		"Account Manager": "RWPEX",
		"Customer Support": "RWPE",
		"Customer Support Manager": "RWPEXSO",
		"Compliance Officer": "RPXO",
	},
	("Confidential", 20, access.RESPONSIBLE_PARTY): {
		"Account Manager": "RWPE",
		"Customer Support": "RWPE",
		"Customer Support Manager": "RWPEXSO",
		"Compliance Officer": "RPXO",
	},
	("Sensitive", 30, access.PARTICIPANTS): {
		"Customer Support": "RWPE",
		"Customer Support Manager": "RWPESO",
		"Compliance Officer": "RPXO",
	},
}

SHIPPED_RESPONSIBLE_ROLES = {
	("1.0", "Initial Inquiry"): frozenset({"Frontline Staff"}),
	("1.0", "Service Update"): frozenset({"Account Manager"}),
	("1.0", "Feedback/Complaint"): frozenset({"Customer Support", "Customer Support Manager"}),
	("1.0", "Resolution/Closure"): frozenset(),  # the assigned user takes part
}

LETTERS = dict(zip("RWPEXS", access.ACTIONS, strict=False))


@pytest.fixture(scope="session")
def shipped() -> access.Policy:
	"""The levels, clearances and responsible parties as the app ships them."""
	return access.Policy(
		levels={
			name: access.Level(
				name,
				rank,
				need_to_know,
				tuple(
					access.Clearance(
						role,
						frozenset(LETTERS[letter] for letter in letters if letter != "O"),
						"O" in letters,
					)
					for role, letters in clearances.items()
				),
			)
			for (name, rank, need_to_know), clearances in SHIPPED_CLEARANCES.items()
		},
		responsible_roles=SHIPPED_RESPONSIBLE_ROLES,
	)
