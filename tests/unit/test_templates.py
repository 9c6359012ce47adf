"""Which approved text can be used for what (D-3)."""

from dataclasses import replace
from datetime import date

import pytest

from client_comms.rules.templates import (
	APPROVED,
	DRAFT,
	EXPIRED,
	WITHDRAWN,
	Need,
	Template,
	fitting,
	objections,
)

pytestmark = pytest.mark.clause("D-3")

TODAY = date(2026, 11, 25)
TEMPLATE = Template("Receipt", "en", 20, APPROVED)
NEED = Need(TODAY, rank=20, communication_type="Initial Inquiry", channel="Email", languages=("en",))


@pytest.mark.parametrize(
	("change", "reason"),
	[
		({}, None),
		({"valid_until": TODAY}, None),
		({"types": frozenset({"Initial Inquiry"})}, None),
		({"channels": frozenset({"Email", "Letter"})}, None),
		({"status": DRAFT}, "current text of"),
		({"status": WITHDRAWN}, "withdrawn"),
		({"status": EXPIRED}, "expired"),
		({"valid_until": date(2026, 11, 24)}, "expired"),
		({"text_is_approved": False}, "current text of"),
		({"highest_rank": 10}, "at this confidentiality level"),
		({"types": frozenset({"Service Update"})}, "this communication type"),
		({"channels": frozenset({"Letter"})}, "this channel"),
	],
)
def test_objections(change, reason):
	found = [str(each) for each in objections(replace(TEMPLATE, **change), NEED)]
	if reason is None:
		assert found == []
	else:
		assert len(found) == 1 and reason in found[0]


def test_all_objections_are_told_at_once():
	assert len(objections(replace(TEMPLATE, status=DRAFT, highest_rank=0), NEED)) == 2


@pytest.mark.parametrize(
	("fields", "may"), [(None, True), ({"subject", "name"}, True), ({"name"}, False), (set(), False)]
)
def test_placeholders_must_be_fields_of_the_document(fields, may):
	template = replace(TEMPLATE, placeholders=frozenset({"subject"}))
	need = replace(NEED, fields=fields if fields is None else frozenset(fields))
	assert (not objections(template, need)) == may


def test_the_best_comes_first():
	def template(name, language, *types):
		return replace(TEMPLATE, name=name, language=language, types=frozenset(types))

	offered = [
		template("E", "en"),
		template("D for all", "de"),
		template("F", "fr"),
		template("D for inquiries", "de", "Initial Inquiry"),
		template("Austrian", "de-AT"),
		template("D for updates", "de", "Service Update"),
	]
	need = replace(NEED, languages=("de-AT", "fr"))
	names = [each.name for each in fitting(offered, need)]
	assert names == ["Austrian", "D for inquiries", "D for all", "F", "E"]
