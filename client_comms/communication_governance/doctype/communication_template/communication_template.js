frappe.ui.form.on("Communication Template", {
	refresh(frm) {
		const saved = !frm.is_new();
		frm.toggle_display(["text_section", "approval_section", "history_section"], saved);
		if (!saved) return;

		show_text(frm);
		show_status(frm);
		const actions = frm.doc.__onload?.actions || [];
		if (frm.is_dirty()) return;
		if (actions.includes("approve")) {
			frm.add_custom_button(__("Approve"), () => approve(frm))
				.removeClass("btn-default")
				.addClass("btn-primary");
		}
		if (actions.includes("send_back")) {
			frm.add_custom_button(__("Send Back"), () => send_back(frm));
			frm.add_custom_button(__("Compare"), () => frappe.set_route("approve-templates", frm.docname));
		}
		if (actions.includes("withdraw")) {
			frm.add_custom_button(__("Withdraw"), () => withdraw(frm));
		}
		frm.add_custom_button(__("Email Template"), () =>
			frappe.set_route("Form", "Email Template", frm.doc.email_template),
		);
	},
});

/** The current text, in a frame without scripts, because it may be anyone's HTML. */
function show_text(frm) {
	const { subject, text } = frm.doc.__onload || {};
	const wrapper = frm.fields_dict.text_preview.$wrapper.empty();
	$("<p>")
		.append($("<strong>").text(subject || ""))
		.appendTo(wrapper);
	client_comms.text_frame(text).appendTo(wrapper);
}

function show_status(frm) {
	frm.set_intro(""); // Frappe refreshes a form twice after its first save
	const { status, version, valid_until } = frm.doc;
	const who = frm.doc.__onload?.who_approves || "";
	const say = (sentence, color) => frm.set_intro(`${sentence} ${who}`, color);
	const past = valid_until && valid_until < frappe.datetime.get_today();
	if (status === "Approved" && !past) {
		frm.set_intro(__("Version {0} is approved.", [version]), "green");
	} else if (status === "Sent Back") {
		const { note } = (frm.doc.history || []).findLast(({ event }) => event === "Sent Back") || {};
		say(
			__("Sent back: {0} Once the text or its use is changed, it waits for approval again.", [
				frappe.utils.escape_html(note || ""),
			]),
			"orange",
		);
	} else if (status === "Withdrawn") {
		say(__("This template is withdrawn, so it is not offered for messages to clients."), "red");
	} else if (status === "Expired" || past) {
		say(
			__("The approval has expired. Enter a later expiry date and approve the template again."),
			"orange",
		);
	} else {
		say(__("The current text is not approved, so it is not offered for messages to clients."), "orange");
	}
}

function approve(frm) {
	frappe.confirm(
		__("Approve this text for messages to clients, up to the level {0}?", [
			frappe.utils.escape_html(__(frm.doc.highest_level)).bold(),
		]),
		() => act(frm, "approve_template"),
	);
}

function send_back(frm) {
	client_comms.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("What Should Be Different"), reqd: 1 }],
		(values) => act(frm, "send_back_template", values),
		__("Send Back to the Author"),
		__("Send Back"),
	);
}

function withdraw(frm) {
	client_comms.prompt(
		[client_comms.fields.reason()],
		(values) => act(frm, "withdraw_template", values),
		__("Withdraw the Approval"),
		__("Withdraw"),
	);
}

async function act(frm, method, values = {}) {
	await client_comms.save(frm);
	await frappe.call({
		method: `client_comms.api.${method}`,
		type: "POST",
		args: { name: frm.doc.name, ...values },
		freeze: true,
	});
	frm.reload_doc();
}
