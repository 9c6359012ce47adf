"""What is less confidential than what it is about or was made of (P-2): conversations about an Issue, Lead or Opportunity, or with a message there, and the
Opportunities of a Lead and split-off Issues. Raising one raises these, but did not always, and some were lowered since on purpose; which it was, a level
does not say."""

from collections.abc import Iterator

import frappe
from frappe.query_builder import Criterion

from client_comms.enforcement import documents, filed, former_names, policy

_MOST = 100  # of one kind


def to_review() -> Iterator[dict]:
	"""`[{"document", "what"}]`"""
	for doctype in filter(documents.is_governed, documents.SETTING):
		about = frappe.qb.DocType(doctype)
		for kind, query, found in _depending(doctype, about):
			rows = query.where(_is_lower(found, about)).select(
				found.name, found.confidentiality_level, about.name, about.confidentiality_level
			)
			lower_ones = rows.distinct().orderby(found.name).run()
			raised = {}
			if lower_ones and (doctype, kind) == ("Issue", documents.INTERACTION):
				# A conversation raises its Issue, and not the others about it.
				raised = former_names.levels_about(doctype, {row[2] for row in lower_ones})
			by_hand = [row for row in lower_ones if row[3] not in raised.get(row[2], ())]
			for name, lower, of, level in by_hand[:_MOST]:
				yield {
					"document": f"{kind} {name}",
					"what": f"It is less confidential ({lower}) than {doctype} {of} ({level}), which it is about. Raise it, unless someone lowered it on purpose.",
				}


def _depending(doctype: str, about) -> Iterator[tuple]:
	"""DocType, query and table of what depends on documents."""
	interaction = frappe.qb.DocType(documents.INTERACTION)
	direct = (interaction.reference_doctype == doctype) & (interaction.reference_name == about.name)
	yield documents.INTERACTION, frappe.qb.from_(interaction).join(about).on(direct), interaction
	message = frappe.qb.DocType(filed.COMMUNICATION)
	under = (message.reference_doctype == doctype) & (message.reference_name == about.name)
	of_message = frappe.qb.from_(message).join(about).on(under).join(interaction)
	yield documents.INTERACTION, of_message.on(interaction.name == message.client_interaction), interaction
	if doctype in documents.MADE_OF:
		kind, further, naming = documents.MADE_OF[doctype]
		if documents.is_governed(kind):
			made = frappe.qb.DocType(kind).as_("made")
			named = Criterion.all(
				[made[naming] == about.name, *(made[key] == each for key, each in further.items())]
			)
			yield kind, frappe.qb.from_(made).join(about).on(named), made


def _is_lower(found, about) -> Criterion:
	levels = policy.current().levels.values()
	return Criterion.any(
		(about.confidentiality_level == stricter.name)
		& found.confidentiality_level.isin(
			[each.name for each in levels if each.rank < stricter.rank] or [""]
		)
		for stricter in levels
	)
