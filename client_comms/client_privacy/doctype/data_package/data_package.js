const API = "client_comms.api.data_packages";
const EVENT = "client_comms_data_package";

frappe.ui.form.on("Data Package", {
	setup() {
		// Frappe translates a value that cannot be edited without its DocType; a hold is "Released" in another sense.
		frappe.meta.get_docfield("Data Package", "status").formatter = (value) =>
			__(value, null, "Data Package");
		frappe.meta.get_docfield("Data Package", "right").formatter = (value) => __(value);
	},

	refresh(frm) {
		frm.disable_form();
		if (frm.is_new()) return;
		frappe.realtime.off(EVENT);
		frappe.realtime.on(EVENT, (told) => {
			if (told.package === frm.docname) client_comms.follow_job(frm);
		});
		show_overview(frm);
		show_progress(frm);
		const { status } = frm.doc;
		frm.add_custom_button(__("Show Records"), () =>
			frappe.set_route("List", "Data Package Item", { package: frm.docname }),
		);
		if (status === "Ready" || (status === "Released" && frm.doc.released_otherwise)) {
			frm.add_custom_button(__("Open the File"), () => open_file(frm));
		}
		if (status === "Ready") {
			say_what_is_shared(frm);
			if ([frm.doc.made_by, frm.doc.chosen_by].includes(frappe.session.user)) {
				client_comms.say_who_else(
					frm,
					__(
						"You made this copy, or chose what is left out of it, so someone else must look at it and release it. Ask another Compliance Officer.",
					),
					frm.doc.__onload?.releasers,
				);
			} else {
				frm.add_custom_button(__("Release", null, "Data Package"), () => release(frm)).addClass(
					"btn-primary",
				);
			}
		}
		// What has ended keeps the number of its failures.
		if (["Collecting", "Failed"].includes(status) && (frm.doc.error || frm.doc.failed_count)) {
			frm.add_custom_button(__("Try Again"), () => act(frm, "resume_copy"));
		}
		if (["Collecting", "Failed", "Ready", "Released"].includes(status)) {
			frm.add_custom_button(__("Discard", null, "Throw Away"), () =>
				frappe.confirm(
					status === "Released"
						? __("Delete the file? The client's link to it ends at once.")
						: __("Discard this copy? Its file is deleted."),
					() => act(frm, "discard_copy"),
				),
			);
		}
	},
});

/** By an address that someone else has as well, nothing is found, because it may be theirs. */
function say_what_is_shared(frm) {
	for (const { address, doctype, name } of frm.doc.__onload?.shared_addresses || []) {
		const other = doctype
			? `${__(doctype)} ${frappe.utils.escape_html(name).bold()}`
			: __("a record that you cannot see");
		client_comms.say(
			frm,
			__(
				"{0} is also the address of {1}, so messages that name the client by it alone are not in this copy. If they are about this client, answer about them by hand, or correct the records and make the copy again.",
				[frappe.utils.escape_html(address).bold(), other],
			),
			"orange",
		);
	}
}

function release(frm) {
	const client = [frappe.utils.escape_html(frm.doc.party_name).bold()];
	const question =
		frm.doc.__onload?.gets_email === false
			? __(
					"Files are in the copy as they are, and names of one word and some telephone numbers without a country code are not recognised. Have you looked at it? {0} gets it as you enter below, and the request is answered.",
					client,
				)
			: __(
					"Files are in the copy as they are, and names of one word and some telephone numbers without a country code are not recognised. Have you looked at it? {0} gets a link to it, and the request is answered.",
					client,
				);
	client_comms.prompt(
		[
			{ fieldname: "question", fieldtype: "HTML", options: `<p>${question}</p>` },
			client_comms.told_otherwise(frm, __("Handed Over in Another Way")),
		],
		({ otherwise }) => act(frm, "release_copy", { otherwise }),
		__("Release the Copy"),
		__("Release", null, "Data Package"),
	);
}

function open_file(frm) {
	const attached = frm.get_docinfo().attachments || [];
	const file = attached.find((each) => each.file_name === `data-${frm.docname}.zip`);
	if (file) window.open(`${file.file_url}?fid=${file.name}`);
}

async function act(frm, method, values = {}) {
	await frappe.xcall(`${API}.${method}`, { name: frm.docname, ...values });
	frm.reload_doc();
}

function show_progress(frm) {
	if (frm.doc.status !== "Collecting") return;
	const done = frm.doc.included_count + frm.doc.left_out_count;
	const share = frm.doc.total_count ? Math.round((100 * done) / frm.doc.total_count) : 0;
	frm.dashboard.show_progress(
		__("Collecting"),
		share,
		__("{0} of {1} records", [done, frm.doc.total_count]),
	);
}

/** What is in the copy, by DocType. */
async function show_overview(frm) {
	const rows = await frappe.xcall(`${API}.copy_overview`, { name: frm.docname });
	const cell = (text) => `<td>${frappe.utils.escape_html(String(text ?? ""))}</td>`;
	const body = rows
		.map(
			(row) =>
				`<tr>${cell(__(row.doctype))}${cell(__(row.state))}${cell(row.count)}${cell(row.masked)}</tr>`,
		)
		.join("");
	const listing =
		frm.doc.status === "Collecting"
			? __("The records are being listed. This page updates when that is done.")
			: "";
	const head = [__("Document Type"), __("State"), __("Records"), __("Details of Other People Left Out")];
	frm.get_field("overview").$wrapper.html(
		rows.length
			? `<table class="table table-sm"><thead><tr>${head.map((text) => `<th>${text}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table>`
			: `<p class="text-muted">${listing}</p>`,
	);
}
