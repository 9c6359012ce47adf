"""Answers are looked at from now on, as on new sites."""

import frappe

from client_comms.enforcement import answers


def execute():
	if not frappe.db.get_single_value(answers.SETTINGS, answers.SETTING):
		frappe.db.set_single_value(answers.SETTINGS, answers.SETTING, answers.ENFORCE)
