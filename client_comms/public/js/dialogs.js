frappe.provide("client_comms");

/**
 * A dialog of Frappe that closes once its action has succeeded, and asks before text that was typed is thrown away.
 *
 * `primary_action` may be async: what it throws, such as a refusal of the server, leaves the dialog open with everything in it.
 */
client_comms.dialog = (options) => {
	client_comms.name_users(options.fields);
	const dialog = new frappe.ui.Dialog({
		...options,
		primary_action:
			options.primary_action && ((values) => client_comms.run_dialog(dialog, options, values)),
	});
	client_comms.keep_typed(dialog);
	return client_comms.reach_by_keys(dialog);
};

/** Any dialog of Frappe is used without the mouse as well. */
client_comms.reach_by_keys = (dialog) => {
	client_comms.close_with_escape(dialog);
	client_comms.close_one(dialog);
	client_comms.keep_dates(dialog);
	client_comms.name_fields(dialog);
	client_comms.return_focus(dialog);
	client_comms.hold_focus(dialog);
	client_comms.stay_in_field(dialog);
	return dialog;
};

/** Ask before text that was typed is thrown away; returns the question. */
client_comms.ask_to_discard = (discard) => {
	const question = frappe.confirm(__("Discard what you have typed?"), discard);
	question.set_secondary_action_label(__("Keep Writing"));
	question.get_primary_btn().text(__("Discard", null, "Throw Away"));
	return question;
};

/** Fields for users show their names (`user_names.js`). */
client_comms.name_users = (fields) => {
	for (const df of fields) if (df.options === "User") df.shows_names = 1;
};

/** Fields on a page, named for screen readers. */
client_comms.field_group = (options) => {
	client_comms.name_users(options.fields);
	const group = new frappe.ui.FieldGroup(options);
	group.make();
	client_comms.keep_dates(group);
	client_comms.name_fields(group);
	return group;
};

// The style sheet knows version 16 by its sidebar. If it looked for that with `:has`, the browser would style every element of a page again,
// whenever one is added: three times as many for a list.
document.body.classList.toggle(
	"client-comms-sidebar",
	Boolean(frappe.ui.Sidebar?.prototype.add_standard_items),
);

/** The title of a page of the app. Version 16 shows it as the last of the breadcrumbs, which it knows only for the address that was opened first. */
client_comms.show_title = (page, title = page.title) => {
	page.set_title(title);
	if (!frappe.app.sidebar) return;
	const label = frappe.utils.escape_html(title);
	frappe.breadcrumbs.add({ type: "Custom", label, route: location.pathname });
};

// Both workspaces belong to one module of the app. The breadcrumbs of what belongs to the others lead to them as well; those of
// a page in version 15 also at the addresses of what it shows, which Frappe forgets.
(() => {
	const OF_WORKSPACES = "Communication Governance";
	const OTHERS = ["Client Interactions", "Client Privacy"];
	for (const module of OTHERS) frappe.breadcrumbs.module_map[module] = OF_WORKSPACES;
	$(document).on("page-change", () => {
		const module = frappe.get_doc("Page", frappe.get_route()[0])?.module;
		if (frappe.app.sidebar || ![OF_WORKSPACES, ...OTHERS].includes(module)) return;
		if (!frappe.breadcrumbs.all[frappe.breadcrumbs.current_page()]) frappe.breadcrumbs.add(module);
	});
})();

/** Version 16 moves the calendar of a field as it opens, and thereby writes the date into the field that was chosen before, or none. */
client_comms.keep_dates = (group) => {
	for (const field of group.fields_list) {
		if (!field.update_datepicker_position) continue;
		const move = field.update_datepicker_position.bind(field);
		field.update_datepicker_position = () => {
			field.datepicker._setInputValue = () => {}; // hides the method of the calendar
			move();
			delete field.datepicker._setInputValue;
		};
	}
};

/** Frappe shows a field's label beside it, but does not connect the two. */
client_comms.name_fields = (group) => {
	const name = ({ df, $input, $wrapper }) => {
		$($input).attr("aria-label", df.label);
		$wrapper
			?.find(".ql-editor")
			.attr({ role: "textbox", "aria-multiline": true, "aria-label": df.label });
	};
	for (const field of group.fields_list) {
		name(field);
		if (field.$input || !field.make_input) continue;
		// A field that is hidden gets its input when it is shown.
		const make_input = field.make_input.bind(field);
		field.make_input = () => {
			make_input();
			name(field);
		};
	}
};

/** After the dialog the keyboard is where it was, unless a list would open there; `before` says where, for a dialog that is open. */
client_comms.return_focus = ({ $wrapper }, before) => {
	$wrapper
		.on("show.bs.modal", () => {
			before = document.activeElement;
		})
		.on("hidden.bs.modal", () => {
			if (document.activeElement === document.body && !$(before).is("[role=combobox]")) before?.focus();
		});
};

/** Tab goes on at the other end of the dialog, not in the page behind it; and the keyboard can be seen on every button. */
client_comms.hold_focus = ({ $wrapper }) => {
	const reached = "a[href], button, input, select, textarea, [tabindex], [contenteditable=true]";
	$wrapper.addClass("client-comms-dialog").on("keydown", (event) => {
		if (event.key !== "Tab") return;
		const all = $wrapper
			.find(reached)
			.filter(":visible")
			.toArray()
			.filter(({ tabIndex, disabled }) => tabIndex >= 0 && !disabled);
		const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
		const before = event.shiftKey && document.activeElement === $wrapper[0];
		if (document.activeElement !== from && !before) return;
		event.preventDefault();
		to.focus();
	});
};

/** Ctrl+S leaves the field and then does what the dialog is for. If that is refused, the keyboard is back in the field, also after a message. */
client_comms.stay_in_field = (dialog) => {
	let field = null;
	const back = () => {
		const is_lost = [document.body, dialog.$wrapper[0]].includes(document.activeElement);
		const opens_another = $(".modal.show").length > frappe.ui.open_dialogs.length;
		if (window.cur_dialog === dialog && is_lost && !opens_another) field?.focus();
	};
	dialog.$wrapper
		.on("focusin", "input, select, textarea, [contenteditable=true]", ({ target }) => {
			field = target;
		})
		.on("keydown", (event) => {
			if (client_comms.is_save(event)) setTimeout(back, 300); // Frappe acts after 100 milliseconds
		})
		.on("shown.bs.modal", () => $(document).on("hidden.bs.modal.client_comms", back))
		.on("hide.bs.modal", () => $(document).off("hidden.bs.modal.client_comms", back));
};

client_comms.is_save = ({ key, ctrlKey, metaKey }) => key?.toLowerCase() === "s" && (ctrlKey || metaKey);

/** What is written to a client is not sent by the key that saves elsewhere: it is kept, and another key sends it. */
client_comms.send_by_keys = ($box, { keep, send }) =>
	$box.on("keydown", (event) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
		if (!client_comms.is_save(event)) return;
		event.preventDefault();
		event.stopPropagation();
		keep();
		const key = frappe.utils.is_mac() ? "⌘↩" : __("Ctrl+Enter");
		frappe.show_alert(__("Not sent yet. What you have written is kept; {0} sends it.", [key]));
	});

// Of an email that was taken in.
client_comms.tell_stored = () =>
	frappe.show_alert({
		message: __("The email is stored without an interaction, because a machine or a colleague wrote it."),
		indicator: "green",
	});

/** `frappe.prompt` with the same manners. */
client_comms.prompt = (fields, primary_action, title, primary_action_label) => {
	const dialog = client_comms.dialog({
		title,
		fields: Array.isArray(fields) ? fields : [fields],
		primary_action_label,
		primary_action,
	});
	dialog.show();
	return dialog;
};

// A double click would run it twice: the button that Frappe disables still takes clicks.
client_comms.run_dialog = async (dialog, { primary_action }, values) => {
	if (dialog.client_comms_runs) return;
	dialog.client_comms_runs = true;
	dialog.disable_primary_action();
	try {
		await primary_action(values);
		dialog.hide();
	} catch (refusal) {
		// A refusal has been shown already; anything else is a defect.
		if (refusal instanceof TypeError || refusal instanceof ReferenceError) throw refusal;
	} finally {
		dialog.client_comms_runs = false;
		dialog.enable_primary_action();
	}
};

/** Version 16 ignores Escape in every dialog with a link field, open or not. */
client_comms.close_with_escape = ({ $wrapper }) =>
	client_comms.leave_with_escape($wrapper, () => $wrapper.modal("hide"));

// Escape closes a message, and Frappe then closes the dialog below it with the same key.
client_comms.close_one = (dialog) => {
	const cancel = dialog.cancel.bind(dialog);
	dialog.cancel = () => [undefined, dialog].includes(client_comms.gets_escape) && cancel();
};
document.addEventListener(
	"keydown",
	({ key }) => {
		if (key !== "Escape") return;
		const opens_another = $(".modal.show").length > frappe.ui.open_dialogs.length;
		client_comms.gets_escape = opens_another ? null : window.cur_dialog;
		setTimeout(() => delete client_comms.gets_escape);
	},
	true,
);

/** Escape leaves a dialog or a box, unless something that is open in it closes first. */
client_comms.leave_with_escape = ($box, leave) => {
	const takes_escape =
		".awesomplete ul, .grid-row-open, .dropdown-menu.show, .ql-expanded, .ql-mention-list-container, .ql-tooltip";
	$box[0].addEventListener(
		"keydown",
		(event) => {
			const leaves = event.key === "Escape" && !$box.find(takes_escape).filter(":visible").length;
			if (!leaves || $(".datepicker.active").length) return;
			event.stopPropagation();
			leave();
		},
		true,
	);
};

/** Escape, the cross and a click beside the dialog ask first when text would be lost; `dialog.hide()` does not. */
client_comms.keep_typed = (dialog) => {
	const wrapper = dialog.$wrapper;
	wrapper.on("input", "input, textarea, [contenteditable]", ({ target }) =>
		$(target).addClass("client-comms-typed"),
	);
	const typed = () =>
		wrapper
			.find(".client-comms-typed:visible")
			.toArray()
			.some((field) => (field.value ?? field.textContent).trim());

	const hide = dialog.hide.bind(dialog);
	let leaving = false;
	dialog.hide = () => {
		leaving = true;
		hide();
		leaving = false;
	};
	wrapper.on("shown.bs.modal", () => {
		// Whatever closes it, Bootstrap calls this; its event comes too late, for Frappe's dialog counts as closed by then.
		const modal = wrapper.data("bs.modal");
		if (modal.client_comms_asks) return;
		modal.client_comms_asks = true;
		const close = modal.hide.bind(modal);
		let asking = false;
		modal.hide = (event) => {
			if (leaving || !typed()) return close(event);
			event?.preventDefault?.();
			if (asking) return undefined;
			asking = true;
			client_comms
				.ask_to_discard(() => dialog.hide())
				.$wrapper.one("hide.bs.modal", () => {
					asking = false;
				});
			return undefined;
		};
	});
};

// A button of a page whose action was refused can be clicked again: Frappe enables it only after a success.
(() => {
	const pages = frappe.ui.Page?.prototype;
	if (!pages?.btn_disable_enable || pages.client_comms_enables) return;
	pages.client_comms_enables = true;
	const disable_enable = pages.btn_disable_enable;
	pages.btn_disable_enable = function (button, response) {
		disable_enable.call(this, button, response);
		response?.then?.(null, () => button.prop("disabled", false));
	};
})();

/** A new document with values and, unlike `frappe.new_doc`, with rows: `{table: [values, …]}`. */
client_comms.new_doc = (doctype, values, tables) => {
	frappe.model.with_doctype(doctype, () => {
		frappe.route_options = values;
		const doc = frappe.model.get_new_doc(doctype);
		for (const [table, rows] of Object.entries(tables)) {
			const { options } = frappe.meta.get_docfield(doctype, table);
			rows.forEach((row) => Object.assign(frappe.model.add_child(doc, options, table), row));
		}
		frappe.set_route("Form", doctype, doc.name);
	});
};
