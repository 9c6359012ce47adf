frappe.provide("client_comms");

/**
 * Saves what was entered in a form. What is called after it reaches a document that is saved, and can load the form again.
 *
 * Frappe's `save` never throws: after some refusals it succeeds, after others it does not end. However it ends, the button that it
 * is given is enabled again.
 *
 * @throws {Error} the form was not saved; Frappe has shown why
 */
client_comms.save = async (frm) => {
	if (!frm?.is_dirty()) return;
	const button = document.createElement("button");
	const ended = new Promise((resolve) => {
		new MutationObserver(() => button.disabled || resolve()).observe(button, { attributes: true });
	});
	await Promise.race([ended, frm.save("Save", null, button, () => {})]);
	if (frm.is_dirty()) throw new Error("not saved");
};

/** The form of a document, if it is the one that is open. */
client_comms.open_form = (doctype, name) =>
	cur_frm?.doctype === doctype && cur_frm.docname === name ? cur_frm : null;

/** Whether a form is what the user sees: Frappe keeps forms that were left, and to load one again makes it the one that a keyboard saves. */
client_comms.is_shown = (frm) => {
	const [view, doctype] = frappe.get_route();
	return cur_frm === frm && view === "Form" && doctype === frm.doctype;
};

const reload_at_times = frappe.utils.throttle((frm) => {
	if (client_comms.is_shown(frm)) frm.reload_doc();
}, 2000);

/** Show what a job in the background has done since. It tells of each step, and there may be thousands; a form that is not seen must not take the turn of one that is. */
client_comms.follow_job = (frm) => {
	if (client_comms.is_shown(frm)) reload_at_times(frm);
};

/**
 * Opens a window with the click, and shows in it what has an address only later: a browser blocks a window that opens some seconds
 * after the click.
 *
 * @param {Function} find resolves to the address; if it throws, the window closes
 */
client_comms.open_window = async (find) => {
	const opened = window.open("", "_blank");
	try {
		const address = await find();
		if (opened) opened.location.replace(address);
		else window.open(address, "_blank");
	} catch (refusal) {
		opened?.close();
		throw refusal;
	}
};

/**
 * Who took one step does not take the next: says above the form who can.
 *
 * @param {string} [others] their names
 */
client_comms.say_who_else = (frm, sentence, others) => {
	const who = others
		? __("These can: {0}.", [frappe.utils.escape_html(others)])
		: __("No other user can yet. Give a colleague one of these roles: {0}.", [__("Compliance Officer")]);
	client_comms.say(frm, `${sentence} ${who}`, "blue");
};

/** Says something above the form, once: Frappe refreshes a form twice after its first save. */
client_comms.say = (frm, html, color) => {
	unsay(frm, html);
	frm.set_intro(html, color);
};

function unsay(frm, html) {
	const text = (each_html) => $("<div>").html(each_html).text().trim();
	const said = text(html);
	frm.layout.message
		.children()
		.filter((_index, each) => text(each.innerHTML) === said)
		.remove();
}

const SUBMIT_IT = "Submit this document to confirm"; // Frappe's words, which it translates

/** Who wrote a draft does not approve it: says who can, instead of offering *Submit*. */
client_comms.say_who_submits = (frm) => {
	const { __onload, docstatus } = frm.doc;
	if (docstatus !== 0 || frm.is_new() || !__onload?.who_submits) return;
	unsay(frm, __(SUBMIT_IT));
	client_comms.say(frm, __onload.who_submits, "blue");
	frm.perm = frm.perm.map((rights) => ({ ...rights, submit: 0 })); // read again at each refresh
	frm.toolbar.set_primary_action(true);
};

/** Logs a document that was not logged, and opens its interaction. */
client_comms.log_again = async (frm, doctype, name) => {
	const [done] = await frappe.xcall("client_comms.api.log_unlogged", { documents: [{ doctype, name }] });
	if (done.error) {
		frappe.msgprint({
			message: client_comms.harmless_html(done.error).html,
			indicator: "orange",
			title: __("Could Not Be Logged"),
		});
	} else if (done.interaction) {
		frappe.set_route("Form", "Client Interaction", done.interaction);
	} else {
		client_comms.tell_stored();
		frm.reload_doc();
	}
};

/** The copy of a document is as confidential: Frappe leaves out of it what is not to be copied, such as the level. */
const copy_doc = frappe.model.copy_doc;
frappe.model.copy_doc = function (doc, ...others) {
	const copy = copy_doc.call(this, doc, ...others);
	if (doc.confidentiality_level) copy.confidentiality_level = doc.confidentiality_level;
	return copy;
};

// What no one can change has no Save: documents that only record, and those whose fields are all fixed once they are stored.
(() => {
	const MODULES = ["Client Interactions", "Client Privacy", "Communication Governance"];
	const { no_value_type, table_fields } = frappe.model;
	const can_change = ({ meta }) =>
		meta.issingle ||
		(meta.permissions.some(({ write }) => write) &&
			meta.fields.some(
				({ fieldtype, read_only, set_only_once, is_virtual }) =>
					(table_fields.includes(fieldtype) || !no_value_type.includes(fieldtype)) &&
					!(read_only || set_only_once || is_virtual),
			));
	$(document).on("form-refresh", (_event, frm) => {
		if (MODULES.includes(frm.meta.module) && !frm.is_new() && !can_change(frm)) frm.disable_form();
	});
})();

// What Frappe translates without a context in a link field, and with a text of another: a channel, and what a field with a time says.
(() => {
	const MODULES = ["Client Interactions", "Client Privacy", "Communication Governance"];
	const { ControlLink, ControlDatetime } = frappe.ui.form;

	const { get_translated } = ControlLink.prototype;
	ControlLink.prototype.get_translated = function (value) {
		if (this.get_options() !== "Communication Channel") return get_translated.call(this, value);
		return __(value, null, "Communication Channel");
	};

	// Frappe adds the time zone, and then finds no translation of both together.
	const { set_description } = ControlDatetime.prototype;
	ControlDatetime.prototype.set_description = function (...given) {
		const { description, parent } = this.df;
		if (description && MODULES.includes(frappe.get_meta(parent)?.module)) {
			this.df.description = __(description, null, parent);
		}
		return set_description.apply(this, given);
	};
})();
