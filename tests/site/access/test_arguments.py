"""A request without what a method of this app needs is told what is missing (what the contract says of bad input)."""

import importlib
import inspect
import pkgutil

import frappe
import pytest

import client_comms
from client_comms import api
from client_comms.exceptions import MissingDetailsError

pytestmark = pytest.mark.clause("D-2")


def needed(method) -> list[str]:
	parameters = inspect.signature(method).parameters.values()
	return [
		each.name
		for each in parameters
		if each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty
	]


@pytest.fixture(scope="module")
def methods(site):
	"""Every method of the app that a request can call and that needs something, by its own name."""
	for module in pkgutil.walk_packages(client_comms.__path__, "client_comms."):
		if not module.name.startswith("client_comms.demo"):
			importlib.import_module(module.name)
	found = {
		f"{each.__module__}.{each.__name__}": each
		for each in frappe.whitelisted
		if each.__module__.startswith("client_comms.api") and needed(each)
	}
	assert len(found) > 60
	return found


def test_each_parameter_is_asked_for(methods, request_as):
	for path, method in methods.items():
		parameters = needed(method)
		for number, name in enumerate(parameters):
			given = dict.fromkeys(parameters[:number], "x")
			for sent in (given, {**given, name: None}):
				with pytest.raises(MissingDetailsError, match="Send it with the request") as refused:
					request_as("Administrator", path, **sent)
				assert f"<strong>{name}</strong>" in str(refused.value)


def test_by_the_short_name_as_well(request_as):
	with pytest.raises(MissingDetailsError, match="reason"):
		request_as("Administrator", "client_comms.api.reopen", name="x")


def test_visitors_learn_nothing_about_what_they_cannot_call(request_as):
	with pytest.raises(frappe.PermissionError):
		request_as("Guest", "client_comms.api.reopen")


def test_what_is_optional_can_be_left_out(request_as, make_user):
	officer = make_user("Compliance Officer")
	assert request_as(officer, "client_comms.api.scorecard")["clauses"]
	assert api.is_governed("Item") is False
