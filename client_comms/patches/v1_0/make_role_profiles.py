"""Existing sites get a Role Profile for each job, unless they have one of that name."""

from client_comms import procedure
from client_comms.setup import install


def execute():
	install.remember_found_names("Role Profile", procedure.ROLE_PROFILES)
	install.make_role_profiles()
