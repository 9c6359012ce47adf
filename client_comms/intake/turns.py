"""Copies of one email that are stored at once, as workers do that fetch several mailboxes, take turns: the second finds the first (D-1)."""

import hashlib

import frappe

_SECONDS = 60  # then it is stored without waiting any longer


def take(message_id: str | None) -> None:
	"""Begin a transaction in which no one else stores an email with this Message-ID."""
	# nosemgrep: frappe-manual-commit (Frappe commits after each email; what others have stored meanwhile must be seen)
	frappe.db.commit()
	if not message_id:
		return
	own = f"{frappe.conf.db_name}\0{message_id}".encode()
	name = f"client_comms_{hashlib.sha256(own).hexdigest()[:40]}"  # 64 characters at most, for all sites of the server
	frappe.db.sql("select get_lock(%s, %s)", (name, _SECONDS))

	def give_back() -> None:
		frappe.db.sql("select release_lock(%s)", (name,))

	# It ends with the connection as well.
	frappe.db.after_commit.add(give_back)
	frappe.db.after_rollback.add(give_back)
