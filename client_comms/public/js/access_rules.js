// The rules of rules/access.py as users read them, for "Why?" and the Access Explorer.
frappe.provide("client_comms");

client_comms.ACCESS_RULES = {
	administrator: __("Administrator"),
	role: __("Role clearance"),
	"responsible-party": __("Responsible party"),
	"takes-part": __("Takes part"),
	grant: __("Access grant"),
	"account-manager": __("Account manager"),
	oversight: __("Oversight"),
	shared: __("Shared", null, "Client Interaction"),
	"no-levels": __("No levels exist"),
	"no-clearance": __("No clearance"),
	"training-not-current": __("Training not current"),
	"not-responsible-party": __("Not the responsible party"),
	"not-participant": __("Not a participant"),
	"role-permission": __("Role permission missing"),
	"user-permission": __("Restricted to other records"),
};
