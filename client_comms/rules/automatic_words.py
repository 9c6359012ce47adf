"""How programs begin the subject of an automatic reply, in lower case, by language (C-3, C-4).

`automatic_mail` has those of the languages that its first users write in; a phrase counts only where nothing but punctuation, a date or
the quoted subject follows.
"""

SUBJECTS = (
	# Arabic
	"رد تلقائي",
	"الرد التلقائي",
	"خارج المكتب",
	# Bulgarian
	"автоматичен отговор",
	# Catalan
	"resposta automàtica",
	"fora de l'oficina",
	"fora de l’oficina",
	# Chinese, traditional
	"自動回覆",
	"自動回復",
	"自動答覆",
	"不在辦公室",
	# Croatian, Serbian, Bosnian
	"automatski odgovor",
	"automatsko odgovaranje",
	"izvan ureda",
	"аутоматски одговор",
	# Czech
	"automatická odpověď",
	"mimo kancelář",
	# Estonian
	"automaatvastus",
	# Finnish
	"automaattinen vastaus",
	"automaattivastaus",
	"poissa toimistosta",
	"poissaoloilmoitus",
	# Greek
	"αυτόματη απάντηση",
	"εκτός γραφείου",
	# Hebrew
	"תשובה אוטומטית",
	"מענה אוטומטי",
	"מחוץ למשרד",
	# Hungarian
	"automatikus válasz",
	"házon kívül",
	"irodán kívül",
	# Indonesian, Malay
	"balasan otomatis",
	"jawaban otomatis",
	"di luar kantor",
	"balasan automatik",
	# Korean
	"자동 회신",
	"자동회신",
	"자동 응답",
	"자동응답",
	"부재중",
	"부재 중",
	# Lithuanian
	"automatinis atsakymas",
	# Romanian
	"răspuns automat",
	"raspuns automat",
	"în afara biroului",
	# Russian
	"автоматический ответ",
	"автоответ",
	"вне офиса",
	"нет на рабочем месте",
	# Slovak
	"automatická odpoveď",
	"mimo kancelárie",
	# Slovenian
	"samodejni odgovor",
	"avtomatski odgovor",
	"odsotnost iz pisarne",
	# Thai
	"ตอบกลับอัตโนมัติ",
	"การตอบกลับอัตโนมัติ",
	"ข้อความตอบกลับอัตโนมัติ",
	"ไม่อยู่ที่สำนักงาน",
	# Turkish
	"otomatik yanıt",
	"otomatik cevap",
	"ofis dışında",
	"ofis dışındayım",
	# Ukrainian
	"автоматична відповідь",
	"автовідповідь",
	"поза офісом",
	# Vietnamese
	"trả lời tự động",
	"tự động trả lời",
	"thư trả lời tự động",
	"vắng mặt tại văn phòng",
)
