frappe.provide("client_comms");

// What a text that others wrote can be made of. Frappe cleans most HTML when it is stored, but not all of it, and allows more
// than a message needs: what is not named here is left out, whatever browsers come to understand.
client_comms.harmless = {
	elements: new Set(
		`a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details
		dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s
		samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`.split(
			/\s+/,
		),
	),
	// The words in these are not meant to be read.
	silent: new Set(
		`audio canvas embed head iframe math noembed noframes noscript object plaintext script select style svg template
		textarea title video xmp`.split(/\s+/),
	),
	attributes: new Set(
		`align alt bgcolor border cellpadding cellspacing cite class color colspan data-list datetime dir face height href
		hspace id lang open rowspan size span src start style title type valign value vspace width`.split(/\s+/),
	),
	links: /^(https?|mailto|tel):/,
	own_files: /^\/(files|private\/files|assets)\//,
	// Functions of CSS that load something, and the escapes that can spell them.
	loads: /(url|src|image|image-set)\s*\(|\\/i,
};

/**
 * HTML as a `body` that belongs to no page: nothing in it runs or is sent, and nothing is loaded from elsewhere, which would
 * tell its writer who reads it. Its links open beside the desk, where someone may be writing.
 * @param with_images load what is elsewhere
 * @returns {{body: HTMLElement, html: string, images: boolean}} `images`: whether some were left out
 */
client_comms.harmless_html = (html, with_images = false) => {
	const { elements, silent, attributes } = client_comms.harmless;
	const { body } = new DOMParser().parseFromString(html || "", "text/html");
	let images = false;
	for (const element of [...body.querySelectorAll("*")]) {
		if (silent.has(element.localName)) {
			element.remove();
		} else if (!elements.has(element.localName)) {
			element.replaceWith(...element.childNodes);
		}
	}
	for (const element of [body, ...body.querySelectorAll("*")]) {
		for (const { name, value } of [...element.attributes]) {
			const stays = attributes.has(name) && client_comms.harmless_attribute(name, value, with_images);
			if (stays) continue;
			element.removeAttribute(name);
			images ||= name === "src" && client_comms.harmless_attribute(name, value, true);
		}
	}
	for (const link of body.querySelectorAll("a[href]")) {
		if (!/^https?:$/.test(link.protocol)) continue;
		link.target = "_blank";
		link.rel = "noopener noreferrer";
	}
	return {
		body,
		images,
		get html() {
			return body.innerHTML;
		},
	};
};

client_comms.harmless_attribute = (name, value, with_images) => {
	const { links, own_files, loads } = client_comms.harmless;
	if (name === "style") return with_images || !loads.test(value);
	if (!["href", "src", "cite"].includes(name)) return true;
	const address = document.createElement("a");
	address.href = value;
	const { protocol, host, pathname } = address;
	if (name !== "src") return links.test(protocol);
	if (protocol === "data:") return true;
	// An address of this site can do something as the reader, such as log them out.
	if (host === location.host) return own_files.test(pathname);
	return with_images && /^https?:$/.test(protocol);
};

/** A cell of a report: Frappe shows every text as HTML, and the addresses, names and titles in it were written by others. */
client_comms.cell_html = (value, row, column, data, default_formatter) => {
	const { escape_html, get_link_title } = frappe.utils;
	const shown = (text) => default_formatter(text, row, column, data);
	if (typeof value !== "string") return shown(value);
	const linked = { Link: column.options, "Dynamic Link": data?.[column.options] }[column.fieldtype];
	if (!linked) return shown(escape_html(column.in_words ? __(value) : value));
	const named = data?.[`${column.fieldname}_name`]; // by the server, also for users who cannot read it
	if (named) {
		const text = escape_html(named);
		return frappe.model.can_read(linked)
			? `<a href="${frappe.utils.get_form_link(linked, value)}">${text}</a>`
			: text;
	}
	// Frappe makes a link of what the user can read, with its title as text. Of anything else it shows the title as HTML.
	return frappe.model.can_read(linked) ? shown(value) : escape_html(get_link_title(linked, value) || value);
};
