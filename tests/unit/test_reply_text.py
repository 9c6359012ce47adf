"""What the writer of an email wrote, without what the message repeats."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import html_text, reply_text

pytestmark = pytest.mark.clause("D-2")

OWN = "Is the roof ready?\n\nWe come on Friday."

# What programs write above a quotation: Gmail, Apple Mail, Thunderbird, Outlook's mobile apps.
ATTRIBUTIONS = [
	"On Mon, 2 Nov 2026 at 14:05, Nora Nord <nora@nordlicht.example> wrote:",
	"On Mon, 2 Nov 2026 at 14:05, Nora Nord of Nordlicht Solar and Sons\n<nora@nordlicht.example>\nwrote:",
	"Am Mo., 2. Nov. 2026 um 14:05 Uhr schrieb Nora Nord <nora@nordlicht.example>:",
	"Am 02.11.2026 um 14:05 schrieb Nora Nord:",
	"Nora Nord <nora@nordlicht.example> schrieb am Mo., 2. Nov. 2026,\n14:05:",
	"Le lun. 2 nov. 2026 à 14:05, Nora Nord <nora@nordlicht.example> a écrit :",
	"El lun, 2 nov 2026 a las 14:05, Nora Nord (<nora@nordlicht.example>) escribió:",
	"Il giorno lun 2 nov 2026 alle ore 14:05 Nora Nord <nora@nordlicht.example> ha scritto:",
	"Op ma 2 nov 2026 om 14:05 schreef Nora Nord <nora@nordlicht.example>:",
	"Op 2 nov. 2026 om 14:05 heeft Nora Nord <nora@nordlicht.example> het volgende\ngeschreven:",
	"Em seg., 2 de nov. de 2026 às 14:05, Nora Nord <nora@nordlicht.example> escreveu:",
	"pon., 2 lis 2026 o 14:05 Nora Nord <nora@nordlicht.example> napisał(a):",
	"W dniu 2.11.2026 o 14:05, Nora Nord pisze:",
	'02.11.2026, 14.05, "Nora Nord" <nora@nordlicht.example>:',
	'2:05 PM, November 2, 2026, "Nora Nord" <nora@nordlicht.example>:',
	"On Mon, 2 Nov 2026 14:05:00 +0100 Nora Nord <nora@nordlicht.example> wrote",
	"2026-11-02 14:05 GMT+01:00 Nora Nord <nora@nordlicht.example>:",
	"---- On Mon, 02 Nov 2026 14:05:00 +0100 Nora Nord <nora@nordlicht.example> wrote ----",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_a_quotation_below_the_text_is_folded(attribution, mark):
	quoted = "\n".join(f"{mark}{line}" for line in ("Good morning,", "", "the roof will be ready.", "Nora"))
	parts = reply_text.split(f"{OWN}\n\n{attribution}\n\n{quoted}\n")
	assert parts.own == OWN
	assert attribution.split("\n")[0] in parts.folded and "Good morning" in parts.folded


@pytest.mark.parametrize("attribution", ATTRIBUTIONS[:-2])
def test_an_answer_below_the_quotation_is_found(attribution):
	assert reply_text.split(f"{attribution}\n> When?\n> Nora\n\n{OWN}").own == OWN


@pytest.mark.parametrize("attribution", [each for each in ATTRIBUTIONS if "@" in each and "\n" not in each])
def test_a_short_text_above_a_quoted_attribution_does_not_belong_to_it(attribution):
	"""Apple Mail marks the attribution as well, without a line between."""
	assert reply_text.split(f"Hello\n> {attribution}\n>\n> Hi there!\n").own == "Hello"


# Outlook's header of the message below, in its languages.
OUTLOOK = [
	"From: Nora Nord <n@nordlicht.example>\nSent: Monday, 2 November 2026 14:05\nTo: Ada\nSubject: Roof",
	"De : Nora Nord<mailto:n@nordlicht.example>\nEnvoyé le :lundi 2 novembre 2026 14:05\nObjet :Toit",
	"Von: Nora Nord <n@nordlicht.example>\nGesendet: Montag, 2. November 2026 14:05\nAn: Ada\nBetreff: Dach",
	"De : Nora Nord\nEnvoyé : lundi 2 novembre 2026 14:05\nÀ : Ada\nObjet : Toit",
	"De: Nora Nord\nEnviado: lunes, 2 de noviembre de 2026 14:05\nPara: Ada\nAsunto: Techo",
	"Da: Nora Nord\nInviato: lunedì 2 novembre 2026 14:05\nA: Ada\nOggetto: Tetto",
	"Van: Nora Nord\nVerzonden: maandag 2 november 2026 14:05\nAan: Ada\nOnderwerp: Dak",
	"De: Nora Nord\nEnviada em: segunda-feira, 2 de novembro de 2026 14:05\nPara: Ada\nAssunto: Telhado",
	"Od: Nora Nord\nWysłano: poniedziałek, 2 listopada 2026 14:05\nDo: Ada\nTemat: Dach",
	"*From:* Nora Nord\n*Sent:* Monday\n*Subject:* Roof",
]


@pytest.mark.parametrize("header", OUTLOOK)
@pytest.mark.parametrize("line", ["", "________________________________\n", "-----Original Message-----\n"])
def test_the_header_of_a_message_below_is_folded_with_it(header, line):
	assert reply_text.split(f"{OWN}\n\n{line}{header}\n\nGood morning Ada,\nit is ready.").own == OWN


@pytest.mark.parametrize(
	"line",
	[
		"-----Original Message-----",
		"-----Ursprüngliche Nachricht-----",
		"-------- Weitergeleitete Nachricht --------",
		"-----Message d'origine-----",
		"-----Mensaje original-----",
		"-----Messaggio originale-----",
		"-----Oorspronkelijk bericht-----",
		"-----Mensagem original-----",
		"-----Oryginalna wiadomość-----",
		"---------- Forwarded message ---------",
		"Begin forwarded message:",
		"Anfang der weitergeleiteten Nachricht:",
		"Début du message réexpédié :",
		"##- Please type your reply above this line -##",
	],
)
def test_what_is_below_a_separator_is_folded(line):
	assert reply_text.split(f"{OWN}\n\n{line}\n\nGood morning Ada").own == OWN


@pytest.mark.parametrize(
	"line",
	[
		"Sent from my iPhone",
		"Sent from my Samsung Galaxy smartphone.",
		"Get Outlook for iOS<https://aka.example/o0ukef>",
		"Von meinem iPhone gesendet",
		"Gesendet mit der GMX Mail App",
		"Envoyé de mon iPad",
		"Enviado desde mi iPhone",
		"Inviato da iPhone",
		"Verzonden vanaf mijn iPhone",
		"Enviado do meu iPhone",
		"Wysłane z iPhone'a",
	],
)
def test_the_line_of_a_mobile_program_is_folded(line):
	assert reply_text.split(f"{OWN}\n\n{line}").own == OWN
	assert reply_text.split(f"{OWN}\n\n{line}\n\n{ATTRIBUTIONS[0]}\n> Hello").own == OWN


CONTACT = "Lang Bau GmbH\nHafenstr. 5, 24103 Kiel\nTel. +49 431 123456"


@pytest.mark.parametrize(
	"closing",
	[
		"Best regards,",
		"Mit freundlichen Grüßen",
		"Cordialement,",
		"Un saludo",
		"Cordiali saluti",
		"Met vriendelijke groet,",
		"Atenciosamente,",
		"Z poważaniem",
	],
)
def test_closing_words_and_name_stay_and_the_contact_block_is_folded(closing):
	parts = reply_text.split(f"{OWN}\n\n{closing}\nAda Lang\n\n{CONTACT}")
	assert parts.own == f"{OWN}\n\n{closing}\nAda Lang"
	assert parts.folded == CONTACT
	assert reply_text.split(f"{OWN}\n\n{closing}\nAda Lang").folded == ""


@pytest.mark.parametrize(
	"disclaimer",
	[
		"This e-mail and any attachments are confidential. If you are not the intended recipient, notify us and delete it.",
		"Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie bitte.",
		"Ce message est confidentiel. Si vous l'avez reçu par erreur, merci de le détruire et d'en avertir l'expéditeur.",
		"Este mensaje es confidencial. Si usted lo ha recibido por error, le rogamos que lo elimine y avise al remitente.",
		"Questo messaggio contiene informazioni riservate ai soli destinatari. Se ricevuto per errore, vogliate eliminarlo.",
		"Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde. Bent u dat niet, verwijder het dan alstublieft.",
		"Esta mensagem é confidencial. Se a recebeu por engano, agradecemos que a elimine e que informe o remetente.",
		"Niniejsza wiadomość jest poufna. Jeżeli nie są Państwo jej adresatem, prosimy o usunięcie i powiadomienie nadawcy.",
		"Please consider the environment before printing this email",
	],
)
def test_a_disclaimer_is_folded(disclaimer):
	assert reply_text.split(f"{OWN}\n\n{disclaimer}").own == OWN
	assert reply_text.split(disclaimer).own == disclaimer  # when it is all there is


LINE = "_" * 47


@pytest.mark.parametrize(
	"footer",
	[
		f"{LINE}\nSolar mailing list\nsolar@lists.client.example\nhttps://lists.client.example/listinfo/solar",
		f"{LINE}\nSolar mailing list -- solar@client.example\nTo unsubscribe send an email to solar-leave@client.example",
		"-- \nYou received this message because you are subscribed to the Google Groups “Solar” group.",
		f"{'-' * 60}\nSponsored by a shop\n{LINE}\nhttps://lists.client.example/listinfo/solar",
		"https://lists.client.example/mailman/listinfo/solar",
	],
)
def test_what_a_mailing_list_puts_below_a_text_is_folded(footer):
	assert reply_text.split(f"{OWN}\n\n{footer}").own == OWN


def test_the_lines_of_a_mailing_list_show_that_others_divide_the_text():
	text = f"{OWN}\n\n------\n:0:\nspam\n------\nDo not do this!"
	assert reply_text.split(f"{text}\n\n{LINE}\nhttps://lists.client.example/listinfo/solar").own == text


def test_what_someone_says_of_a_mailing_list_stays():
	text = f"{OWN}\n\nYou find the list at https://lists.client.example/listinfo/solar"
	assert reply_text.split(text).own == text


def test_the_warning_of_a_mail_server_is_folded():
	text = "CAUTION: This email originated from outside of the organisation. Do not click links.\n\n" + OWN
	assert reply_text.split(text).own == OWN


def test_what_is_below_a_signature_mark_is_folded():
	assert reply_text.split(f"{OWN}\n-- \nAda Lang\n{CONTACT}").own == OWN
	assert reply_text.split(f"{OWN}\n_______________\nAda Lang").own == OWN
	long = "\n".join(f"Line {number}" for number in range(30))
	assert "Line 29" in reply_text.split(f"{OWN}\n--\n{long}").own  # too long for a signature


def test_answers_between_quotations_keep_them():
	text = (
		"Hello Nora,\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n> When?\n\nOn Friday.\n\n> Where?\n\nIn Kiel."
	)
	assert reply_text.split(text).own.split("\n\n") == [
		"Hello Nora,",
		"> When?",
		"On Friday.",
		"> Where?",
		"In Kiel.",
	]
	closes = "Yes, please.\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n\n> Shall we?\n\nRegards, Ada"
	assert "Shall we" not in reply_text.split(closes).own and "Regards, Ada" in reply_text.split(closes).own


@pytest.mark.parametrize(
	"text",
	[
		"On Friday at 10:30 your colleague wrote: the parcel is lost. Where is it?",
		"From: Kiel\nTo: Hamburg\nDate: 3 May\n\nWhat does the ride cost?",
		"Sent from my desk, which is easier than my mobile phone.",
		"See the prices:\n- roof 500\n- wall 300\n\n--- and one more thing ---\n\nCan you come?",
		"My number is 0431 123456, call me.\nAda",
		"The list:\n```\n# 1\n----\n> not a quotation\n```\nThat is all.",
		"Please keep this email confidential, my neighbour reads my post.",
		"Is 3 > 2 in your tariff?",
	],
)
def test_what_only_resembles_a_quotation_stays(text):
	assert reply_text.split(text).own == text


@pytest.mark.parametrize(
	"text", ["> only\n> quoted", ATTRIBUTIONS[0] + "\n> Hello", "--\nAda", "Sent from my iPhone"]
)
def test_the_summary_is_never_empty(text):
	assert reply_text.summary(text) == text.strip()
	assert reply_text.summary("") == ""


def test_a_message_that_is_only_forwarded_is_shown_whole():
	text = f"---------- Forwarded message ---------\n{OUTLOOK[0]}\n\nThe roof leaks."
	assert "The roof leaks." in reply_text.summary(text)


# --- HTML -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"markup",
	[
		# Gmail
		'<div dir="ltr">Is the roof ready?<br><br>We come on Friday.</div><br><div class="gmail_quote"><div class="gmail_attr">'
		"On Mon, 2 Nov 2026 at 14:05, Nora &lt;n@n.example&gt; wrote:<br></div><blockquote>Good morning</blockquote></div>",
		# Outlook
		"<div><p>Is the roof ready?</p><p>We come on Friday.</p></div><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
		"<p><b>From:</b> Nora &lt;n@n.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br><b>Subject:</b> Roof</p></div>"
		"<p>Good morning</p></div>",
		# Outlook on the web and its apps
		"<div>Is the roof ready?</div><div><br></div><div>We come on Friday.</div><div id='ms-outlook-mobile-signature'>Get Outlook for iOS</div>"
		"<hr><div id='divRplyFwdMsg'><b>Von:</b> Nora<br><b>Gesendet:</b> Montag<br><b>Betreff:</b> Dach</div><div>Good morning</div>",
		# Apple Mail
		"<body>Is the roof ready?<div><br></div><div>We come on Friday.</div><div><br><blockquote type='cite'>"
		"<div>Am 02.11.2026 um 14:05 schrieb Nora &lt;n@n.example&gt;:</div><div>Good morning</div></blockquote></div></body>",
		# Thunderbird
		"<html><head><style>p {x: y}</style></head><body><p>Is the roof ready?</p><p>We come on Friday.</p>"
		"<div class='moz-signature'>-- <br>Ada<br>Lang</div><div class='moz-cite-prefix'>Am 02.11.2026 um 14:05 schrieb Nora:<br></div>"
		"<blockquote type='cite'><p>Good morning</p></blockquote></body></html>",
	],
)
def test_html_of_the_usual_programs(markup):
	assert reply_text.summary(html_text.to_text(markup)) == OWN


def test_html_becomes_text():
	markup = "<ul><li>one</li><li>t&amp;wo</li></ul><!-- no --><script>no</script><table><tr><td>a</td><td>b</td></tr></table>x < y"
	assert html_text.to_text(markup).split("\n") == ["- one", "- t&wo", "", "a b", "", "x < y"]
	assert html_text.to_text("<blockquote>a<blockquote>b</blockquote></blockquote>c").split("\n")[-1] == "c"
	assert html_text.is_html("<p>x</p>") and not html_text.is_html("3 < 4, Ada <ada@client.example>")


@pytest.mark.clause("P-2")
def test_only_the_html_of_a_message_is_html():
	attack = "<p>Hi</p><img src=x onerror='alert(1)'>"
	assert html_text.to_show("<p>Hello</p>", attack) == "<p>Hello</p>"
	assert (
		html_text.to_show("Hello", attack)
		== "&lt;p&gt;Hi&lt;/p&gt;&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;"
	)
	assert html_text.to_show("<img src=x onerror=alert(1)>", None) == "&lt;img src=x onerror=alert(1)&gt;"
	assert html_text.to_show("3 < 4\n5", "") == "3 &lt; 4<br>5"
	assert html_text.to_show(None, None) == ""


# --- any length -------------------------------------------------------------------------------------


@given(st.text(alphabet="ab >:-_\n.@<1", max_size=400))
def test_every_line_is_either_own_or_folded(text):
	parts = reply_text.split(text)
	words = sorted(text.split())
	assert sorted([*parts.own.split(), *parts.folded.split()]) == words
	assert bool(reply_text.summary(text).split()) == bool(words)


@pytest.mark.parametrize(
	"unit",
	[
		"<",
		"<!--",
		"<a ",
		"<div>",
		"<blockquote>",
		"&",
		"> ",
		"On 2 Mar 2026 12:00 x wrote:\n",
		"a:\n",
		"From: a@b.c\n",
		"--\n",
		"> a\nb\n",
		"-",
		"x ",
		":",
		"On ",
		"Sent from my ",
		"*",
		"_\n",
		"\x00",
	],
)
def test_no_message_takes_long(unit):
	text = unit * (1_000_000 // len(unit))
	began = time.process_time()
	reply_text.summary(html_text.to_text(text))
	reply_text.summary(text)
	assert time.process_time() - began < 8


@pytest.mark.parametrize("repeated", ["a", "a:", "1", "1@", "(0", "https:", " ", "\t-"])
@pytest.mark.parametrize("begin", ["<", "<p class=", "On ", "<https:", "1:11 <", "a@", ""])
def test_what_a_part_of_a_text_begins_takes_no_longer(begin, repeated):
	text = "<p>Hi</p>\n" + begin + repeated * (100_000 // len(repeated))
	began = time.process_time()
	reply_text.summary(html_text.to_text(text))
	reply_text.unmarked(text)
	assert time.process_time() - began < 2


def test_an_answer_between_quoted_lines_is_the_writers():
	"""Without an empty line around it; what a program wrapped is not."""
	assert "It leaks" in reply_text.split("> Is the roof tight?\nIt leaks\n> Shall we come?").own
	wrapped = "> We looked at the roof on Friday, when it rained, and found that two of the\ntiles were broken\n> Nora"
	assert "tiles" not in reply_text.split(f"Thanks\n\nNora wrote on 2 Nov 2026:\n{wrapped}").own


@pytest.mark.parametrize(
	"text",
	[
		"My analysis:\n\n----\n\n1. Half the price\n2. Less paper\n\n----\n\nThat is all.\n\n====\n\nCan you come?",
		"These expire soon:\n\nService  Date\n------------------\nRoof  27 June\nHeating  28 June\n\nSincerely,\nNora",
	],
)
def test_lines_that_divide_a_text_are_not_a_signature(text):
	assert reply_text.split(text).own == text


def test_a_signature_follows_the_standard_delimiter():
	assert reply_text.split(f"{OWN}\n\n--\nRegards\nNora Nord\nNordlicht").own == OWN
