"""Whether a message only thanks or confirms, so that nothing is owed because of it (C-4).

A question taken for thanks is not answered, thanks taken for a question cost a click: so nothing counts as thanks that says
anything else. The words are data, by language.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from client_comms.rules import reply_text, reply_words

MOST_WORDS = 20
_LONGEST_PHRASE = 5  # words
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CLAUSE = re.compile(r"[.,!;:…]+")
_FRIENDLY = re.compile(r"[👍👌🙏😊🙂😀😃😄🤝❤\U0001F3FB-\U0001F3FF\uFE0F]|[:;]-?\)")
_SILENT = re.compile(r"[\s.,!;:…'’\"„“”*_–—-]*")
# What makes a short message more than thanks.
BUT = frozenset(
	"""
	but however still not no when what why how please could can would until yet aber jedoch noch nicht kein
	keine wann was warum wie bitte könnten können bis mais cependant encore pas quand pourquoi comment pouvez
	pourriez svp pero todavía cuándo qué cómo podría puede favor però ma ancora non quando perché come
	potrebbe può maar nog niet geen wanneer wat waarom hoe kunt graag mas porém ainda não porquê poderia pode
	ale jednak jeszcze nie kiedy dlaczego jak proszę czy
	""".split()
)
# A message must say one of these.
THANKS = tuple(
	" ".join(phrase.split())
	for phrase in """
	thank you, thanks, many thanks, much appreciated, thx, cheers, got it, received, noted, confirmed, i
	confirm, that works, works for me, sounds good, perfect, great, all right, alright, ok, okay, danke,
	vielen dank, besten dank, herzlichen dank, dankeschön, erhalten, passt, in ordnung, einverstanden,
	alles klar, bestätigt, ich bestätige, prima, super, dankend erhalten, merci, merci beaucoup, bien
	reçu, c'est noté, parfait, je confirme, d'accord, entendu, gracias, muchas gracias, recibido,
	perfecto, de acuerdo, confirmado, vale, conforme, grazie, grazie mille, molte grazie, ricevuto,
	perfetto, confermo, va bene, d'accordo, dank, bedankt, dank je, dank u, hartelijk dank, ontvangen,
	akkoord, begrepen, obrigado, obrigada, muito obrigado, muito obrigada, recebido, perfeito,
	combinado, confirmo, dziękuję, dzięki, dziękuje, bardzo dziękuję, otrzymałem, otrzymałam,
	potwierdzam, zgoda
	""".split(",")
)
# Names may follow these in the same line, and closing words until the end.
_SALUTATIONS = """
	dear, hello, hi, good morning, good afternoon, good evening, hallo, liebe, lieber, sehr geehrte, sehr
	geehrter, guten morgen, guten tag, guten abend, bonjour, bonsoir, cher, chère, hola, buenos días, buenas
	tardes, estimado, estimada, buongiorno, gentile, goedemorgen, goedemiddag, beste, caro, cara, bom dia, boa
	tarde, dzień dobry, szanowna, szanowny
	"""
# And may say these.
_COURTESY = """
	mr, mrs, ms, sir, madam, team, you, your, yours, the, and, a, so, very, much, really, that, it, is, was,
	fine, everything, with, this, to, in advance, we, i, us, me, thanks again, again thank you, thank you
	again, helps, helped, lot, have a nice day, have a good day, have a great day, have a nice weekend, have
	a good weekend, nice weekend, kind, frau, herr, ihre, die, das, den, der, und, ihnen, ich, wir, es,
	hilft, mir, uns, sehr, weiter, schönes wochenende, schönen tag, schönen abend, schönen tag noch, schönen
	abend noch, madame, monsieur, votre, à, vous, et, la, le, c'est, les, bonne journée, ces, cette,
	beaucoup, bien, tout, su, el, todo, signora, signor, vostra, sua, e, tutto, molto, mevrouw, meneer, uw,
	je, het, en, u, o, ao, senhor, senhora, tudo, pani, pan, panu, bardzo
	"""
# And, behind one of the first words, in the same clause, for what they thank; alone, these would ask for it.
_FOR = "for für pour por per voor pela pelo pelas za".split()
_REASONS = """
	quick, help, reply, answer, response, info, information, update, email, mail, message, all, hilfe, schnelle,
	rasche, antwort, nachricht, auskunft, rückmeldung, réponse, rapide, informations, respuesta, rápida,
	risposta, rapida, snelle, antwoord, resposta, odpowiedź, szybką, wiadomość, feedback
	"""


def only_thanks(text: str, names: Collection[str] = ()) -> bool:
	"""Return whether the text (of a message, with whatever it quotes) only thanks or confirms.

	Short, without a question, a number or a reservation, and without anything else that is not known: neither in what its writer
	wrote nor in what was folded away without a mark.

	:param names: of the client, the contact and staff; an unknown word counts as a name only if it is one of these, with a capital letter
	"""
	if not reply_text.is_complete(text):
		return False
	parts = reply_text.split(text)
	own = _FRIENDLY.sub(" ", unicodedata.normalize("NFC", parts.own).replace("’", "'"))
	words = [word.casefold() for word in _WORD.findall(own)]
	if not words or len(words) > MOST_WORDS or BUT.intersection(words):
		return False
	if not _SILENT.fullmatch(_WORD.sub("", own)):
		return False
	spaced = f" {' '.join(words)} "
	if not any(f" {phrase} " in spaced for phrase in _THANKS):
		return False
	known_names = {
		word.casefold() for name in names for word in _WORD.findall(unicodedata.normalize("NFC", name))
	}
	return _says_nothing_else(own, known_names) and all(
		_are_names(line, known_names) for line in reply_text.unmarked(parts.folded)
	)


def _are_names(line: str, names: Collection[str]) -> bool:
	return _SILENT.fullmatch(_WORD.sub("", line)) is not None and all(
		word.casefold() in names for word in _WORD.findall(line)
	)


def _says_nothing_else(own: str, names: Collection[str]) -> bool:
	closes = False
	for line in own.splitlines():
		greets = False
		for clause in _CLAUSE.split(line):
			written = _WORD.findall(clause)
			words = [word.casefold() for word in written]
			at, gives_reason = 0, False
			while at < len(words):
				known = _known_at(words, at, gives_reason)
				if known:
					closes = closes or known in _CLOSINGS
					greets = greets or known in _GREETINGS
					gives_reason = gives_reason or known in _FOR
					at += known.count(" ") + 1
				elif (closes or greets) and words[at] in names and not written[at].islower():
					at += 1
				else:
					return False
	return True


def _known_at(words: Sequence[str], at: int, gives_reason: bool) -> str | None:
	"""The longest phrase there that says nothing else."""
	for length in range(_LONGEST_PHRASE, 0, -1):
		phrase = " ".join(words[at : at + length])
		if phrase in _KNOWN or (gives_reason and phrase in _SUBJECTS):
			return phrase
	return None


def _phrases(text: str) -> frozenset[str]:
	return frozenset(" ".join(phrase.split()).casefold() for phrase in text.split(","))


_THANKS = frozenset(phrase.casefold() for phrase in THANKS)
_CLOSINGS = frozenset(phrase.casefold() for phrase in reply_words.SIGN_OFFS)
_GREETINGS = _phrases(_SALUTATIONS)
_SUBJECTS = _phrases(_REASONS)
_KNOWN = _THANKS | _CLOSINGS | _GREETINGS | _phrases(_COURTESY) | frozenset(_FOR)
