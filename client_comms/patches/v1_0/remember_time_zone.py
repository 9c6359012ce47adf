"""The time zone in which the history is stored, so that Health says if the site has another one later."""

from client_comms.client_interactions.clocks import site_zone


def execute():
	site_zone.remember()
