"""Texts with placeholders are read by people who do not know the names of fields (D-3)."""

import pytest

from client_comms.rules.placeholders import in_words

pytestmark = pytest.mark.clause("D-3")

LABELS = {"party_name": "Client", "respond_by": "Answer By"}


@pytest.mark.parametrize(
	("text", "shown"),
	[
		("Dear {{ party_name }},", "Dear [Client],"),
		("{{party_name}} and {{- doc.party_name | e -}}", "[Client] and [Client]"),
		("until{% if respond_by %} {{ respond_by }}{% endif %}.", "until(if Answer By: [Answer By])."),
		("{{ unknown }}{% if unknown %}x{% endif %}", "{{ unknown }}{% if unknown %}x{% endif %}"),
		("{% for row in items %}{{ row }}{% endfor %}", "{% for row in items %}{{ row }}{% endfor %}"),
		("{{ frappe.utils.nowdate() }} {{", "{{ frappe.utils.nowdate() }} {{"),
		("", ""),
	],
)
def test_fields_are_named_and_everything_else_stays(text, shown):
	assert in_words(text, LABELS.get, lambda label, passage: f"(if {label}:{passage})") == shown
