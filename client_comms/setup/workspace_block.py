"""The block "Owed Today" of the workspace: a Frappe document without a module, so the app creates and
removes it itself."""

import frappe

from client_comms import compat

DOCTYPE = "Custom HTML Block"
NAME = "Client Comms Owed Today"

# The workspace that has it, as the desk names it to Frappe's `get_desktop_page`.
WORKSPACE = {"name": "Client Communications", "title": "Client Communications", "public": 1}

# What the workspace and its block show, as `public/js/owed_today.js` asks for it.
_ANSWER = "/api/method/client_comms.api.workspace_block"

_HTML = '<div class="owed-today"></div>'
SCRIPT = "client_comms.show_owed_today(root_element);\n"
_STYLE = """.owed-today { border: 1px solid var(--border-color); border-radius: var(--border-radius-lg); padding: 12px 16px; }
.owed-today .head { display: flex; justify-content: space-between; margin-bottom: 6px; font-weight: 600; }
.owed-today .head a { font-weight: 400; }
.owed-today .owed-item { display: flex; gap: 12px; padding: 6px 0; color: inherit; text-decoration: none; border-top: 1px solid var(--border-color); }
.owed-today .owed-item:hover { background: var(--fg-hover-color); }
.owed-today .what { flex: 0 0 140px; color: var(--text-muted); }
.owed-today .about { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.owed-today .due { flex: 0 0 auto; }
.owed-today .overdue { color: var(--text-on-red); }
.owed-today .none { color: var(--text-muted); }
"""


def make() -> None:
	"""Create the block if it is missing; an administrator's changes are kept."""
	if not frappe.db.exists(DOCTYPE, NAME):
		frappe.get_doc(
			{
				"doctype": DOCTYPE,
				"name": NAME,
				"__newname": NAME,
				"html": _HTML,
				"script": SCRIPT,
				"style": _STYLE,
			}
		).insert(ignore_permissions=True)


def remove() -> None:
	frappe.delete_doc(DOCTYPE, NAME, ignore_permissions=True, force=True, ignore_missing=True)


def after_request(response=None, request=None) -> None:
	"""With the page of the workspace, the browser is told what it will ask for: so it asks before it has run any script."""
	if (
		request.path != compat.desk_path("client-communications")
		or response is None
		or response.status_code != 200
	):
		return  # Frappe has no response yet where a request ended with an HTTP error
	link = f"<{_ANSWER}>; rel=preload; as=fetch; crossorigin"
	response.headers["Link"] = ",".join(filter(None, [response.headers.get("Link"), link]))
