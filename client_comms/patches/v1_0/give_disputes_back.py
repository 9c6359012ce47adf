"""A review after a dispute is about the user who disputed; before, it was about the colleague to whom the record had gone."""

import frappe

from client_comms.people import reviews


def execute():
	again, disputed = (frappe.qb.DocType(reviews.REVIEW).as_(alias) for alias in ("again", "disputed"))
	found = (
		frappe.qb.from_(again)
		.join(disputed)
		.on(again.disputes == disputed.name)
		.select(again.name, disputed.reviewed_user)
		.where(again.reviewed_user != disputed.reviewed_user)
		.orderby(again.name)
	).run()
	for name, user in found:
		frappe.db.set_value(reviews.REVIEW, name, "reviewed_user", user, update_modified=False)
