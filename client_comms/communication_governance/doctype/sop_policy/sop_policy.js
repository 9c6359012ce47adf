frappe.ui.form.on("SOP Policy", {
	setup(frm) {
		frm.set_query("roles", () => ({ query: "client_comms.api.queries.roles" }));
	},

	refresh(frm) {
		frm.set_intro(""); // Frappe refreshes a form twice after its first save
		if (frm.is_new()) return;
		if (frm.doc.docstatus === 1) {
			offer_attestation(frm);
			if (frappe.model.can_create("SOP Policy")) {
				frm.add_custom_button(__("New Version"), () => new_version(frm));
			}
		}
		client_comms.say_who_submits(frm);
		frm.add_custom_button(__("Compare Versions"), () => compare(frm), __("View"));
		frm.add_custom_button(__("Revision History"), () => show_history(frm), __("View"));
	},
});

async function offer_attestation(frm) {
	const to_read = await frappe.xcall("client_comms.api.policies_to_read");
	if (!to_read.some(({ name }) => name === frm.docname)) return;
	const attest = async () => {
		await frappe.xcall("client_comms.api.attest_policy", { policy: frm.docname });
		frappe.show_alert({
			message: __("Thank you. Your confirmation has been recorded."),
			indicator: "green",
		});
		frm.set_intro("");
		frm.refresh();
	};
	const label = __("I Have Read and Understood This");
	frm.add_custom_button(label, attest).addClass("btn-primary");
	// On a phone, the button is in the menu.
	client_comms.say(
		frm,
		`${__("Please read this policy, then confirm that you have read and understood it.")}
		<div class="d-lg-none mt-2"><button class="btn btn-xs btn-primary" data-attest>${label}</button></div>`,
		"orange",
	);
	frm.layout.message.find("[data-attest]").on("click", attest);
}

/** A draft of the next version. It has its own label, dates and author; the current version stays in force until then. */
function new_version(frm) {
	const doc = frappe.model.copy_doc(frm.doc);
	Object.assign(doc, {
		amended_from: null,
		author: frappe.session.user,
		change_summary: "",
		effective_from: null,
		next_review_on: null,
		version_label: "",
	});
	frappe.set_route("Form", doc.doctype, doc.name);
}

async function versions_of(frm) {
	return frappe.xcall("client_comms.api.policy_history", { policy_title: frm.doc.policy_title });
}

async function show_history(frm) {
	const rows = await versions_of(frm);
	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const body = rows.length
		? `<table class="table table-bordered"><thead><tr>
			<th>${__("Version")}</th><th>${__("Date")}</th><th>${__("Description")}</th><th>${__("Approved By")}</th>
		</tr></thead><tbody>${rows
			.map(
				(row) => `<tr><td><a href="${frappe.utils.get_form_link("SOP Policy", row.name)}">${escape(
					row.version_label,
				)}</a></td><td>${frappe.datetime.str_to_user(row.effective_from)}</td>
				<td>${escape(row.change_summary)}</td>
				<td>${escape(frappe.user_info(row.approved_by).fullname)}</td></tr>`,
			)
			.join("")}</tbody></table>`
		: `<p>${__("No version has been approved yet.")}</p>`;
	frappe.msgprint({
		title: __("Revision History"),
		message: body,
		wide: true,
		primary_action: {
			label: __("Print"),
			action: () => frappe.utils.print("SOP Policy", frm.docname, "Policy Revision History"),
		},
	});
}

async function compare(frm) {
	const others =
		(await frappe.db.get_list("SOP Policy", {
			filters: { policy_title: frm.doc.policy_title, name: ["!=", frm.docname] },
			fields: ["name", "version_label"],
			order_by: "effective_from desc",
			limit: 50,
		})) || [];
	if (!others.length) {
		frappe.msgprint(__("There is no other version of this policy to compare with."));
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: __("Compare Versions"),
		size: "extra-large",
		fields: [
			{
				fieldname: "other",
				fieldtype: "Select",
				label: __("Compare With"),
				options: others.map(({ name, version_label }) => ({ value: name, label: version_label })),
				default: others[0].name,
				change: () => show(),
			},
			{ fieldname: "result", fieldtype: "HTML" },
		],
	});
	async function show() {
		const other = dialog.get_value("other");
		if (!other) return; // version 15 sets the default a little later, and calls this again
		const rows = await frappe.xcall("client_comms.api.policy_difference", {
			policy: other,
			other: frm.docname,
		});
		const label = others.find(({ name }) => name === other).version_label;
		const only_files = __("Neither version has a text. Open the attached files of both to compare them.");
		dialog.fields_dict.result.$wrapper.html(
			rows.length
				? client_comms.text_difference_html(rows, label, frm.doc.version_label)
				: `<p class="text-muted">${only_files}</p>`,
		);
	}
	client_comms.reach_by_keys(dialog).show();
	show();
}
