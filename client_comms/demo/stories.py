"""The conversations of the demonstration as data: who writes what to the fictitious company Nordlicht Solar, and when.

Inquiries, complaints and questions about running services, at night, on weekends and on a holiday; replies in time,
late and never; out-of-office notices, a bounce and a newsletter; attachments and old character encodings. All domains
end in .example, which is reserved. `mailbox` turns them into mail.
"""

from dataclasses import dataclass

# Kinds of mail
INQUIRY = "inquiry"
COMPLAINT = "complaint"
QUESTION = "question about a running service"
CLIENT_REPLY = "client reply"
STAFF_REPLY = "staff reply"
SERVICE_UPDATE = "service update"
CLOSURE = "closure"
OUT_OF_OFFICE = "out of office"
AUTO_ACKNOWLEDGEMENT = "automatic acknowledgement"
BOUNCE = "bounce"
NEWSLETTER = "newsletter"

OWN_DOMAIN = "nordlicht.example"
SUPPORT = f"support@{OWN_DOMAIN}"
SALES = f"sales@{OWN_DOMAIN}"
TIME_ZONE = "Europe/Berlin"

LENA = ("Lena Koch", f"lena.koch@{OWN_DOMAIN}")  # front desk
TOM = ("Tom Brandt", f"tom.brandt@{OWN_DOMAIN}")  # account manager
JANA = ("Jana Petersen", f"jana.petersen@{OWN_DOMAIN}")  # support
MAREN = ("Maren Voß", f"maren.voss@{OWN_DOMAIN}")  # head of support

MISSING_CHARSET = ""


@dataclass(frozen=True, slots=True)
class Step:
	"""A later mail of a conversation, at `at` on the n-th business day after its first mail (0: same day)."""

	business_days: int
	at: str
	kind: str
	body: str
	staff: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Story:
	"""A conversation: `when` is (week before the anchor's, weekday, time) or (business days before it, time)."""

	key: str
	kind: str
	when: tuple
	account: str
	client: tuple[str, str]
	subject: str
	body: str
	steps: tuple[Step, ...] = ()
	charset: str = "utf-8"
	attachment: str | None = None
	staff: tuple[str, str] | None = None  # who starts it, if not the client


def _staff(business_days: int, at: str, staff: tuple[str, str], body: str) -> Step:
	return Step(business_days, at, STAFF_REPLY, body, staff)


def _client(business_days: int, at: str, body: str) -> Step:
	return Step(business_days, at, CLIENT_REPLY, body)


_ADA = ("Ada Lang", "ada.lang@client-a.example")
_BAKERY = ("Birte Lund", "birte@baeckerei-lund.example")
_HANSEN = ("Ole Hansen", "o.hansen@hansen-bau.example")
_MUELLER = ("Jürgen Müller", "juergen.mueller@mueller-metall.example")
_CLINIC = ("Dr. Ines Falk", "falk@praxis-falk.example")
_SCHOOL = ("Rektorat Waldschule", "office@waldschule.example")
_FARM = ("Enno Jansen", "enno@hof-jansen.example")
_HOTEL = ("Clara Winter", "c.winter@hotel-foerde.example")
_DUPONT = ("Hélène Dupont", "helene.dupont@atelier-dupont.example")
_LI = ("李伟", "li.wei@qingdao-trade.example")
_SATO = ("佐藤花子", "sato@sato-shoji.example")
_TENANT = ("Mehmet Yilmaz", "m.yilmaz@client-b.example")
_COOP = ("Sarah O'Neill", "sarah@harbour-coop.example")
_PARISH = ("Pastor Thiel", "buero@gemeinde-thiel.example")
_LOGISTICS = ("Piotr Kowalski", "p.kowalski@kowalski-logistik.example")

# Week -8 starts on Thursday: with an anchor on a Sunday, that Wednesday is the 60th day before it.
STORIES = (
	# Inquiries
	Story(
		"roof-offer",
		INQUIRY,
		(-8, "Thu", "10:12"),
		SALES,
		_ADA,
		"Offer for a 9 kW roof",
		"We own a house in Kiel with a south roof of 60 m². What would a 9 kW system cost?",
		(
			_staff(0, "14:30", LENA, "Thank you. May we visit you next week to measure the roof?"),
			_client(1, "09:05", "Tuesday after 15:00 would suit us."),
			_staff(1, "11:20", LENA, "Tuesday at 15:30 is booked."),
		),
	),
	Story(
		"bakery-roof",
		INQUIRY,
		(-8, "Fri", "16:52"),
		SALES,
		_BAKERY,
		"Photovoltaik für unsere Backstube",
		"Wir verbrauchen nachts viel Strom. Lohnt sich ein Speicher für uns?",
		(_staff(1, "16:40", LENA, "Ja, ab etwa 20 kWh. Wir rechnen es gern für Sie durch."),),
		charset="iso-8859-1",
		attachment="stromrechnung.pdf",
	),
	Story(
		"hall-hansen",
		INQUIRY,
		(-8, "Sat", "11:03"),
		SALES,
		_HANSEN,
		"Solar for a new warehouse",
		"We are building a hall of 1,200 m². Who in your house does projects of that size?",
		(_staff(3, "10:15", TOM, "I do, and I would like to see the plans."),),
	),
	Story(
		"metal-quote",
		INQUIRY,
		(-7, "Mon", "08:20"),
		SALES,
		_MUELLER,
		"Angebot für Werkhalle Süd",
		"Bitte schicken Sie uns ein Angebot für die Werkhalle. Die Maße hängen an.",
		(
			_staff(1, "09:30", TOM, "Vielen Dank, das Angebot kommt bis Donnerstag."),
			Step(1, "09:31", OUT_OF_OFFICE, "Ich bin bis Freitag nicht im Haus."),
			_staff(3, "15:10", TOM, "Anbei unser Angebot."),
		),
		charset="iso-8859-1",
		attachment="masse.txt",
	),
	Story(
		"clinic-question",
		INQUIRY,
		(-7, "Tue", "21:47"),
		SALES,
		_CLINIC,
		"Emergency power for a practice",
		"Can a battery keep our fridges for vaccines running for eight hours?",
		(_staff(1, "09:55", LENA, "Yes, with 10 kWh. I am sending you two examples."),),
	),
	Story(
		"school-visit",
		INQUIRY,
		(-7, "Wed", "12:30"),
		SALES,
		_SCHOOL,
		"Besuch mit der Klasse 9b",
		"Dürfen wir mit 24 Schülerinnen und Schülern Ihre Anlage besichtigen?",
	),
	Story(
		"farm-barn",
		INQUIRY,
		(-7, "Sun", "19:15"),
		SALES,
		_FARM,
		"Scheune mit Asbestdach",
		"Das Dach muss neu. Machen Sie das zusammen mit der Anlage?",
		(_staff(2, "13:00", LENA, "Das Dach macht ein Partner von uns, die Anlage wir."),),
	),
	Story(
		"hotel-charging",
		INQUIRY,
		(-6, "Mon", "09:40"),
		SALES,
		_HOTEL,
		"Charging points for guests",
		"We need six charging points and would like to feed them from the roof.",
		(
			Step(0, "09:41", AUTO_ACKNOWLEDGEMENT, "We have your message and will answer soon."),
			_staff(4, "10:00", TOM, "Sorry for the wait. Six points are no problem, here is how."),
		),
	),
	Story(
		"atelier",
		INQUIRY,
		(-6, "Tue", "14:05"),
		SALES,
		_DUPONT,
		"Panneaux pour l'atelier à Flensbourg",
		"Bonjour, posez-vous aussi des panneaux colorés ? Le bâtiment est protégé.",
		(_staff(1, "11:45", LENA, "Oui, en rouge et en gris, avec l'accord du service des monuments."),),
		charset="iso-8859-1",
	),
	Story(
		"qingdao",
		INQUIRY,
		(-6, "Wed", "04:50"),
		SALES,
		_LI,
		"关于太阳能组件的询价",
		"您好，请问贵公司是否采购单晶组件？附件是我们的产品照片。",
		(_staff(0, "15:20", TOM, "Thank you, we buy through our wholesaler only."),),
		charset="gb2312",
		attachment="module.png",
	),
	Story(
		"sato",
		INQUIRY,
		(-6, "Thu", "05:30"),
		SALES,
		_SATO,
		"視察のお願い",
		"来月、御社の設備を見学させていただけますでしょうか。",
		charset="shift_jis",
	),
	Story(
		"balcony",
		INQUIRY,
		(-6, "Fri", "17:45"),
		SALES,
		_TENANT,
		"Balkonkraftwerk für Mieter",
		"Muss mein Vermieter zustimmen? Grüße aus Köln, schöne Größe!",
		(_staff(1, "16:20", LENA, "Er muss gefragt werden, darf es aber kaum verweigern."),),
		charset=MISSING_CHARSET,
	),
	Story(
		"holiday-lead",
		INQUIRY,
		(-5, "Mon", "10:30"),
		SALES,
		_COOP,
		"Community solar for the harbour",
		"Our cooperative has 140 members and a roof of 800 m². Could you advise us?",
		(
			_staff(2, "09:15", TOM, "Gladly. Shall we meet on site?"),
			_client(3, "13:40", "Yes. Would Monday at ten be possible?"),
			_staff(6, "12:00", TOM, "I am late with this: Monday has passed, how about Friday?"),
		),
	),
	Story(
		"parish-hall",
		INQUIRY,
		(-5, "Wed", "09:00"),
		SALES,
		_PARISH,
		"Dach des Gemeindehauses",
		"Der Kirchenvorstand bittet um eine erste Einschätzung.",
		(_staff(1, "15:00", LENA, "Gern. Bitte senden Sie uns ein Foto des Daches."),),
		attachment="gemeindehaus.png",
	),
	Story(
		"depot",
		INQUIRY,
		(-5, "Thu", "07:10"),
		SALES,
		_LOGISTICS,
		"Depot in Neumünster",
		"We pay 31 cents per kWh. At which size does a system pay off?",
		(_staff(2, "16:50", TOM, "From about 60 kW. I attach a calculation."),),
	),
	Story(
		"heat-pump",
		INQUIRY,
		(-4, "Mon", "11:25"),
		SALES,
		("Frieda Kruse", "frieda.kruse@client-c.example"),
		"Wärmepumpe und Solar zusammen?",
		"Passt eine Wärmepumpe zu unserer Anlage von 2015?",
		(_staff(0, "16:10", LENA, "Meist ja. Wie groß ist die Anlage?"),),
	),
	Story(
		"winery",
		INQUIRY,
		(-4, "Tue", "23:40"),
		SALES,
		("Weingut Rehm", "info@weingut-rehm.example"),
		"Anlage auf dem Kelterhaus",
		"Sind Sie auch in Rheinhessen tätig?",
		(_staff(3, "09:30", LENA, "Leider nur in Norddeutschland."),),
	),
	Story(
		"carport",
		INQUIRY,
		(-4, "Thu", "13:13"),
		SALES,
		("Nils Ahrens", "nils@client-d.example"),
		"Solar carport",
		"Do you build carports, or only roofs?",
		(
			_staff(1, "10:10", LENA, "We build both. Which size do you have in mind?"),
			Step(1, "10:11", OUT_OF_OFFICE, "I am travelling until Monday and read no mail."),
		),
	),
	Story(
		"museum",
		INQUIRY,
		(-3, "Mon", "15:30"),
		SALES,
		("Museum am Hafen", "technik@museum-hafen.example"),
		"Tender for the museum roof",
		"Please register for our tender; documents are on request.",
		(_staff(2, "11:00", TOM, "We would like to take part, please send them."),),
	),
	Story(
		"allotment",
		INQUIRY,
		(-3, "Sat", "08:35"),
		SALES,
		("Gartenverein Sonnenhang", "vorstand@sonnenhang.example"),
		"Strom für 40 Lauben",
		"Geht das ohne Netzanschluss?",
	),
	Story(
		"rental",
		INQUIRY,
		(-2, "Mon", "10:00"),
		SALES,
		("Anja Petry", "anja.petry@client-e.example"),
		"Renting a system",
		"Can we rent instead of buying?",
		(_staff(1, "12:00", LENA, "Yes, from 20 years on. Shall I call you?"),),
	),
	Story(
		"gym",
		INQUIRY,
		(-2, "Wed", "18:30"),
		SALES,
		("Fit am Kanal", "team@fit-am-kanal.example"),
		"Flat roof, 400 m²",
		"What weight does a system add per square metre?",
		(_staff(3, "09:10", TOM, "About 15 kg. A structural engineer should look at it."),),
	),
	Story(
		"brewery",
		INQUIRY,
		(-1, "Tue", "09:45"),
		SALES,
		("Brauhaus Lotse", "einkauf@brauhaus-lotse.example"),
		"Cooling and solar",
		"Our cooling runs at noon. Is that good for us?",
		(_staff(1, "10:30", LENA, "Very good: it uses the power when it is made."),),
	),
	Story(
		"sailing-club",
		INQUIRY,
		(2, "11:30"),
		SALES,
		("Segelclub Schilksee", "wart@segelclub.example"),
		"Solar for the boathouse",
		"Salt and wind: do your frames stand that?",
	),
	Story(
		"dentist",
		INQUIRY,
		(1, "15:40"),
		SALES,
		("Praxis Dr. Ott", "ott@zahnarzt-ott.example"),
		"Speicher nachrüsten",
		"Kann man unsere Anlage von 2019 mit einem Speicher nachrüsten?",
	),
	# Complaints
	Story(
		"leak",
		COMPLAINT,
		(-8, "Thu", "18:20"),
		SUPPORT,
		_CLINIC,
		"Complaint: water under the new roof hooks",
		"Since your fitters were here, water comes in above the waiting room.",
		(
			_staff(1, "09:40", JANA, "I am sorry. A fitter is with you today at 14:00."),
			_client(1, "17:55", "He came, thank you. It is tight again."),
			_staff(4, "10:30", JANA, "Good to hear. We check it once more after the next rain."),
		),
		attachment="ceiling.png",
	),
	Story(
		"scaffold",
		COMPLAINT,
		(-7, "Thu", "07:55"),
		SUPPORT,
		_BAKERY,
		"Beschwerde über das Gerüst",
		"Das Gerüst steht seit drei Wochen vor unserer Ladentür.",
		(_staff(3, "13:30", MAREN, "Es wird morgen abgebaut. Bitte entschuldigen Sie."),),
	),
	Story(
		"invoice-twice",
		COMPLAINT,
		(-6, "Mon", "13:10"),
		SUPPORT,
		_MUELLER,
		"Reklamation Rechnung 2210",
		"Die Rechnung ist doppelt gekommen, und beide Beträge sind falsch.",
		(_staff(2, "15:45", JANA, "Das stimmt. Die richtige Rechnung kommt heute."),),
		charset="iso-8859-1",
		attachment="rechnung-2210.pdf",
	),
	Story(
		"noise",
		COMPLAINT,
		(-5, "Mon", "20:05"),
		SUPPORT,
		_HOTEL,
		"Dissatisfied with the inverter in the cellar",
		"It hums so loudly that two guests have left.",
		(_staff(2, "11:00", JANA, "We put it on rubber feet on Thursday."),),
	),
	Story(
		"data",
		COMPLAINT,
		(-4, "Wed", "10:50"),
		SUPPORT,
		_TENANT,
		"Feedback zu Ihrem Kundenportal",
		"Ich sehe dort die Verbrauchsdaten meines Nachbarn!",
		(
			_staff(
				0, "12:15", MAREN, "Danke für den Hinweis. Das Portal ist abgeschaltet, bis es behoben ist."
			),
			_client(2, "08:30", "Wann erfahre ich, wer meine Daten gesehen hat?"),
		),
	),
	Story(
		"fitter",
		COMPLAINT,
		(-3, "Tue", "16:45"),
		SUPPORT,
		_HANSEN,
		"Complaint about the tone of your fitter",
		"He shouted at our apprentice in front of customers.",
		(
			_staff(1, "10:20", MAREN, "That must not happen. May I call you this afternoon?"),
			Step(1, "10:22", BOUNCE, ""),
		),
	),
	Story(
		"yield",
		COMPLAINT,
		(-2, "Thu", "22:15"),
		SUPPORT,
		_COOP,
		"Complaint - 20% less yield than promised",
		"Twelve months of readings are attached.",
		attachment="readings.txt",
	),
	Story(
		"cancelled",
		COMPLAINT,
		(2, "09:20"),
		SUPPORT,
		_PARISH,
		"Beschwerde: Termin zum dritten Mal abgesagt",
		"So kann man mit Ehrenamtlichen nicht umgehen.",
		(_staff(1, "09:05", JANA, "Sie haben recht. Ich melde mich heute mit einem festen Termin."),),
	),
	# Questions about running services
	Story(
		"error-301",
		QUESTION,
		(-8, "Fri", "09:25"),
		SUPPORT,
		_FARM,
		"Inverter shows error 301",
		"It stops every noon and starts again by itself. The log is attached.",
		(
			_staff(0, "11:50", JANA, "The grid voltage is too high. We change a setting from here."),
			_client(3, "12:05", "It runs. Thank you!"),
			_staff(3, "13:15", JANA, "Glad to hear it."),
		),
		attachment="inverter-log.txt",
	),
	Story(
		"portal-login",
		QUESTION,
		(-7, "Fri", "14:40"),
		SUPPORT,
		_ADA,
		"Login to the portal",
		"The portal does not take my password any more.",
		(_staff(1, "09:20", JANA, "Please use the link I have just had sent to you."),),
	),
	Story(
		"meter",
		QUESTION,
		(-6, "Tue", "10:35"),
		SUPPORT,
		_DUPONT,
		"Relevé du compteur",
		"À quelle date faut-il relever le compteur ?",
		(_staff(2, "16:59", JANA, "Le 31 décembre, s'il vous plaît."),),
	),
	Story(
		"cleaning",
		QUESTION,
		(-5, "Tue", "11:11"),
		SUPPORT,
		_SCHOOL,
		"Reinigung der Module",
		"Wie oft müssen die Module gereinigt werden?",
		(_staff(5, "09:30", JANA, "Alle drei Jahre reicht. Entschuldigen Sie die späte Antwort."),),
	),
	Story(
		"insurance",
		QUESTION,
		(-5, "Fri", "16:20"),
		SUPPORT,
		_LOGISTICS,
		"Certificate for our insurer",
		"Our insurer asks for the test certificate of the depot system.",
		(_staff(2, "10:40", TOM, "Attached to the next letter; the number is NL-884."),),
	),
	Story(
		"expansion",
		QUESTION,
		(-4, "Fri", "12:55"),
		SUPPORT,
		_HOTEL,
		"Two more charging points",
		"Is the main fuse enough for two more?",
		(_staff(1, "11:35", TOM, "It is, with load management."),),
	),
	Story(
		"feed-in",
		QUESTION,
		(-3, "Wed", "08:05"),
		SUPPORT,
		_BAKERY,
		"Einspeisevergütung",
		"Die Abrechnung für Mai fehlt noch.",
		(_staff(2, "12:25", JANA, "Der Netzbetreiber hat sie gestern verschickt."),),
	),
	Story(
		"storm",
		QUESTION,
		(-2, "Sun", "06:40"),
		SUPPORT,
		_COOP,
		"Storm last night: loose module?",
		"From the quay one module seems to stand up. Can somebody look?",
		(_staff(1, "09:02", JANA, "A fitter is on the way."),),
	),
	Story(
		"app",
		QUESTION,
		(-1, "Mon", "19:50"),
		SUPPORT,
		_ADA,
		"App without data since Sunday",
		"The app shows zero although the sun is out.",
		(_staff(2, "10:45", JANA, "Please restart the gateway in the cellar once."),),
	),
	Story(
		"warranty",
		QUESTION,
		(1, "10:05"),
		SUPPORT,
		_MUELLER,
		"Garantie der Module",
		"Gilt die Garantie auch nach dem Umbau der Halle?",
	),
	# Mail that the company starts
	Story(
		"update-hansen",
		SERVICE_UPDATE,
		(-6, "Thu", "15:00"),
		SALES,
		_HANSEN,
		"Your project: delivery in two weeks",
		"The modules have left the factory, so we begin on the first of the month.",
		staff=TOM,
	),
	Story(
		"update-coop",
		SERVICE_UPDATE,
		(-3, "Fri", "10:00"),
		SALES,
		_COOP,
		"Grid connection approved",
		"The grid operator has agreed to 99 kW. Next step: the contract.",
		(_client(1, "09:30", "Wonderful news, thank you."),),
		staff=TOM,
	),
	Story(
		"update-clinic",
		SERVICE_UPDATE,
		(-1, "Wed", "11:00"),
		SALES,
		_CLINIC,
		"Maintenance on Friday",
		"We test your battery on Friday between 7 and 8.",
		staff=TOM,
	),
	Story(
		"closure-leak",
		CLOSURE,
		(-5, "Thu", "16:00"),
		SUPPORT,
		_CLINIC,
		"Resolved: water under the roof hooks",
		"The roof stayed dry in the last rain, so we close the matter.",
		staff=JANA,
	),
	Story(
		"closure-invoice",
		CLOSURE,
		(-4, "Thu", "15:30"),
		SUPPORT,
		_MUELLER,
		"Erledigt: Rechnung 2210",
		"Die Gutschrift ist gebucht.",
		staff=JANA,
	),
	# Mail that no person wrote
	Story(
		"newsletter",
		NEWSLETTER,
		(-3, "Thu", "06:00"),
		SALES,
		("Solar Weekly", "news@solar-weekly.example"),
		"This week: prices of modules fall again",
		"Read all about it on our website.",
	),
)
