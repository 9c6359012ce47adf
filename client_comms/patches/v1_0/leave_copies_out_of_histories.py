"""Takes copies of Leads, Opportunities and Issues out of the versions of Prospects, contacts and others, and out of deleted documents."""

from client_comms.enforcement import copied_fields, copies_in_history


def execute():
	copies_in_history.leave_out_of_all()
	copied_fields.withdraw_all()
