"""Whether a message only thanks or confirms, so that nothing is owed because of it (C-4).

A question taken for thanks is not answered, thanks taken for a question cost a click: so nothing counts as thanks that says
anything else. The words are data, by language.
"""

import re
import unicodedata
from collections.abc import Sequence

from client_comms.rules import reply_text, reply_words

MOST_WORDS = 20
_MOST_UNKNOWN = 3  # the names of the people
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d")
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
_SALUTATIONS = frozenset(
	"""
	dear hello hi hallo liebe lieber sehr guten bonjour cher chère hola estimado estimada buongiorno gentile
	beste caro cara bom boa dzień szanowna szanowny
	""".split()
)
# And may say these.
_COURTESY = tuple(
	"""
	dear hello hi good morning good afternoon good evening mr mrs ms sir madam team you your yours for the and
	a so very much really again help quick reply answer response information info update email message all it
	that is was fine everything with this to in advance we i us me have day nice weekend kind hallo guten
	morgen tag abend sehr geehrte geehrter liebe lieber frau herr ihre für die das den der und schnelle rasche
	antwort nachricht auskunft rückmeldung ihnen ich wir es mail hilfe schönes wochenende schönen habe haben
	bonjour bonsoir cher chère madame monsieur pour votre réponse rapide à vous et la le les de bonne journée
	ces cette informations beaucoup bien tout hola buenos días buenas tardes estimado estimada por su
	respuesta rápida el todo buongiorno gentile signora signor per risposta vostra sua e tutto mille molto
	goedemorgen goedemiddag beste mevrouw meneer voor uw je snelle antwoord het en u bom dia boa tarde caro
	cara pela resposta o ao senhor senhora tudo dzień dobry szanowna szanowny pani pan panu za odpowiedź
	szybką bardzo wiadomość
	""".split()
)


def only_thanks(text: str) -> bool:
	"""Return whether the text (of a message, with whatever it quotes) only thanks or confirms.

	Short, without a question, a number or a reservation, and without any other word that is not known, except names: on a line
	of their own, after a salutation, or at the end.
	"""
	own = unicodedata.normalize("NFC", reply_text.split(text).own).replace("’", "'")
	words = _WORD.findall(own)
	known = [word.casefold() for word in words]
	if not words or len(words) > MOST_WORDS or "?" in own or _NUMBER.search(own) or BUT.intersection(known):
		return False
	spaced = f" {' '.join(known)} "
	if not any(f" {phrase} " in spaced for phrase in THANKS):
		return False
	lines = [found for line in own.splitlines() if (found := _WORD.findall(line))]
	return all(_says_nothing_else(line, line is lines[-1]) for line in lines)


def _says_nothing_else(words: Sequence[str], is_last: bool) -> bool:
	spaced = f" {' '.join(words).casefold()} "
	for phrase in _KNOWN:
		while f" {phrase} " in spaced:
			spaced = spaced.replace(f" {phrase} ", " ")
	unknown = spaced.split()
	named = [word for word in words if word.casefold() in unknown]
	if not unknown:
		return True
	if not all(word[0].isupper() for word in named):
		return False
	at_end = [word.casefold() for word in words[-len(unknown) :]] == unknown
	return (
		at_end
		and (is_last or len(unknown) == len(words) or words[0].casefold() in _SALUTATIONS)
		and len(named) <= _MOST_UNKNOWN
	)


_KNOWN = sorted({*THANKS, *reply_words.SIGN_OFFS, *_COURTESY}, key=len, reverse=True)
