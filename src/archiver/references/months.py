"""The months' names in the languages that Twitter's embeds come in, in the case that a date asks for.

A name stands for its beginnings too, for they are its abbreviations. Where a beginning fits two months, the language
that stands first here has it, and English before all; where one language has it twice, it stands for neither.
"""

import unicodedata
from functools import cache
from typing import Final

# January to December of one language after the other; an underscore is a blank.
_NAMES: Final = """
    january february march april may june july august september october november december
    januar februar märz april mai juni juli august september oktober november dezember
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    januari februari maret april mei juni juli agustus september oktober november desember
    januari februari mac april mei jun julai ogos september oktober november disember
    enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
    gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
    xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro
    urtarrilaren otsailaren martxoaren apirilaren maiatzaren ekainaren
    uztailaren abuztuaren irailaren urriaren azaroaren abenduaren
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    ledna února března dubna května června července srpna září října listopadu prosince
    januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
    január február március április május június július augusztus szeptember október november december
    januar februar mart april maj jun jul avgust septembar oktobar novembar decembar
    januar februar marec april maj junij julij avgust september oktober november december
    janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris
    jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta
    heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    януари февруари март април май юни юли август септември октомври ноември декември
    јануар фебруар март април мај јун јул август септембар октобар новембар децембар
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
    جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
    ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
    जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
    जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर
    জানুয়ারী ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
    জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
    જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઑગસ્ટ સપ્ટેમ્બર ઑક્ટોબર નવેમ્બર ડિસેમ્બર
    ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்
    ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್
    มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
    ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.
    tháng_một tháng_hai tháng_ba tháng_tư tháng_năm tháng_sáu
    tháng_bảy tháng_tám tháng_chín tháng_mười tháng_mười_một tháng_mười_hai
"""
# Croatian, which sets a point after the day, calls by `listopada` another month than Polish does.
_AFTER_A_POINT: Final = """
    siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
"""
# Abbreviations that begin no name.
_SHORT: Final = {"mrt": 3, "ag": 8}
_SHORTEST = 3  # letters of the Latin alphabet; other scripts make do with two
_VIETNAMESE = ("tháng", "thg")


def number(name: str, *, after_a_point: bool = False) -> int | None:
    """1 to 12 for a month's name, abbreviation or number; None for what is no month, or may be two.

    >>> number("Sept."), number("листопада"), number("07"), number("Brumaire"), number("jui")
    (9, 11, 7, None, None)
    """
    known = _folded(name).strip("॰׳' ")
    for word in _VIETNAMESE:
        known = known.removeprefix(word).strip() if known[-1:].isdecimal() else known
    if known.isdecimal():
        found = int(known)
    else:
        known = known if known in _numbers() else known.rstrip(".")
        croatian = _numbers(_AFTER_A_POINT).get(known) if after_a_point or known in _AFTER_A_POINT.split() else None
        found = (croatian if after_a_point else None) or _numbers().get(known) or croatian or 0
    return found if 1 <= found <= 12 else None


def _folded(name: str) -> str:
    """A name as it is compared: composed, in lower case, without the mark that Persian ties the next word with."""
    return unicodedata.normalize("NFC", name.lower()).replace("\u0654", "").replace("\xa0", " ")


@cache
def _numbers(names: str = _NAMES) -> dict[str, int]:
    """Every name and abbreviation, and the month that it stands for; 0 where it may be two."""
    words = [_folded(word.replace("_", " ")) for word in names.split()]
    numbers: dict[str, int] = dict(_SHORT)
    for start in range(0, len(words), 12):
        numbers = _language(words[start : start + 12]) | numbers
    return numbers


def _language(names: list[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for month, name in enumerate(names, 1):
        for end in range(_SHORTEST if name.isascii() else 2, len(name)):
            numbers[name[:end]] = 0 if name[:end] in numbers else month
    return numbers | {name: month for month, name in enumerate(names, 1)}
