"""The procedure as plain Python: no module here knows of Frappe, a database or a clock on the wall."""
