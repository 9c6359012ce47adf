"""Existing sites get a Role Profile for each job, unless they have one of that name."""

from client_comms import procedure
from client_comms.setup import found_names, install


def execute():
	found_names.remember_found_names("Role Profile", procedure.ROLE_PROFILES)
	install.make_role_profiles()
