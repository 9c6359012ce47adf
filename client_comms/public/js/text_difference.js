frappe.provide("client_comms");

/** Two versions of a text side by side, with the changed words marked: rows as `rules.text_difference.side_by_side`. */
client_comms.text_difference_html = (rows, left_label = "", right_label = "") => {
	const escape = frappe.utils.escape_html;
	const part_html = ({ text, changed }, colour) =>
		changed
			? `<mark style="background: ${colour}; color: inherit; padding: 0">${escape(text)}</mark>`
			: escape(text);
	const cell_html = (parts, colour) =>
		`<td style="width: 50%; white-space: pre-wrap; overflow-wrap: anywhere">${parts
			.map((part) => part_html(part, colour))
			.join("")}</td>`;
	const heads = `<thead><tr><th>${escape(left_label)}</th><th>${escape(right_label)}</th></tr></thead>`;
	const body = rows.map(
		({ kind, left, right }) =>
			`<tr data-kind="${escape(kind)}">${cell_html(left, "var(--bg-red)")}${cell_html(right, "var(--bg-green)")}</tr>`,
	);
	return `<table class="table table-bordered" style="table-layout: fixed">${heads}<tbody>${body.join("")}</tbody></table>`;
};

/** A text in a frame without scripts, because it may be anyone's HTML; so its height is unknown, and users can change that of the frame. */
client_comms.text_frame = (html, height = "220px") =>
	$("<iframe>", { sandbox: "", title: __("Text"), class: "form-control" })
		.css({ width: "100%", height, resize: "vertical", background: "white" })
		.attr("srcdoc", `<body style="font: 14px sans-serif; color: #1f272e">${html || ""}</body>`);
