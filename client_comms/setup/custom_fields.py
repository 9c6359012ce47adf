"""Fields of this app on the documents of Frappe and ERPNext, used alike by installation and removal."""

MODULE = "Client Interactions"


def custom_fields() -> dict[str, list[dict]]:
	"""DocType -> fields, as `create_custom_fields` takes them; bound to this app's module."""
	common = {
		"fieldtype": "Link",
		"module": MODULE,
		"read_only": 1,
		"no_copy": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
		"print_hide": 1,
	}
	level = {
		**common,
		"fieldname": "confidentiality_level",
		"label": "Confidentiality Level",
		"options": "Confidentiality Level",
	}
	interaction = {
		**common,
		"fieldname": "client_interaction",
		"label": "Client Interaction",
		"options": "Client Interaction",
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
