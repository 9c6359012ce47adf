"""Fields of this app on the documents of Frappe and ERPNext, used alike by installation and removal."""

MODULE = "Client Interactions"


def custom_fields() -> dict[str, list[dict]]:
	"""DocType -> fields, as `create_custom_fields` takes them; bound to this app's module."""
	level = {
		"fieldname": "confidentiality_level",
		"fieldtype": "Link",
		"label": "Confidentiality Level",
		"options": "Confidentiality Level",
		"module": MODULE,
		"read_only": 1,
		"no_copy": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
		"print_hide": 1,
	}
	interaction = {
		"fieldname": "client_interaction",
		"fieldtype": "Link",
		"label": "Client Interaction",
		"options": "Client Interaction",
		"module": MODULE,
		"read_only": 1,
		"no_copy": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
		"print_hide": 1,
	}
	return {
		"Communication": [
			{**level, "insert_after": "email_template"},
			{**interaction, "insert_after": "confidentiality_level"},
		],
		"Issue": [{**level, "insert_after": "issue_type"}],
		"Lead": [{**level, "insert_after": "status"}],
		"Opportunity": [{**level, "insert_after": "status"}],
	}
