"""Tasks that were made of an Issue before it became confidential no longer show its subject and description."""

from client_comms.enforcement import copied_fields


def execute():
	copied_fields.withdraw_all()
