"""The procedure as plain Python: no module here uses Frappe, a database or the system clock."""
