"""Names of the demonstration's persons in Latin letters, for certificates in English."""

from __future__ import annotations

PERSIAN = (
    "زهرا فاطمه مریم سارا نرگس لیلا مینا نازنین پریسا شیما الهام ندا مهسا سمیرا آزاده شقایق نگار یاسمن بهاره هانیه "
    "رویا ترانه سحر نسترن پروانه فرزانه مژگان شیرین گلناز آیدا ریحانه کیمیا هستی ملیکا سپیده طاهره منیژه فرشته علی "
    "محمد حسین رضا مهدی امیر سعید حمید مجید وحید بابک کامران فرهاد بهرام سینا آرش پویا کیان نیما شهرام جواد ابراهیم "
    "یوسف داوود کاوه سامان مسعود ناصر هادی احسان ایمان پیمان روزبه شایان میلاد سروش فریدون منصور احمدی محمدی رضایی "
    "حسینی کریمی رحیمی موسوی جعفری قاسمی صادقی مرادی نوری شریفی اکبری یزدانی باقری کاظمی سلیمانی طاهری امینی فرهادی "
    "بهرامی نظری صالحی رستمی شفیعی حیدری زمانی یوسفی داوودی نجفی وحیدی ملکی ابراهیمی قنبری خسروی سهرابی کیانی پارسا "
    "آریا فروزان سپهری دانش بهشتی گلستانی روشن امیدوار پاکزاد جهانگیری تهرانی اصفهانی شیرازی مقدم اصل نیک نام نژاد "
    "پور فر زاده"
)
LATIN = (
    "Zahra Fatemeh Maryam Sara Narges Leila Mina Nazanin Parisa Shima Elham Neda Mahsa Samira Azadeh Shaghayegh "
    "Negar Yasaman Bahareh Hanieh Roya Taraneh Sahar Nastaran Parvaneh Farzaneh Mojgan Shirin Golnaz Aida Reyhaneh "
    "Kimia Hasti Melika Sepideh Tahereh Manijeh Fereshteh Ali Mohammad Hossein Reza Mehdi Amir Saeed Hamid Majid "
    "Vahid Babak Kamran Farhad Bahram Sina Arash Pouya Kian Nima Shahram Javad Ebrahim Yousef Davoud Kaveh Saman "
    "Masoud Naser Hadi Ehsan Iman Peyman Rouzbeh Shayan Milad Soroush Fereydoun Mansour Ahmadi Mohammadi Rezaei "
    "Hosseini Karimi Rahimi Mousavi Jafari Ghasemi Sadeghi Moradi Nouri Sharifi Akbari Yazdani Bagheri Kazemi "
    "Soleimani Taheri Amini Farhadi Bahrami Nazari Salehi Rostami Shafiei Heydari Zamani Yousefi Davoudi Najafi "
    "Vahidi Maleki Ebrahimi Ghanbari Khosravi Sohrabi Kiani Parsa Aria Forouzan Sepehri Danesh Beheshti Golestani "
    "Roshan Omidvar Pakzad Jahangiri Tehrani Esfahani Shirazi Moghaddam Asl Nik Nam Nejad Pour Far Zadeh"
)
WORDS = dict(zip(PERSIAN.split(), LATIN.split(), strict=True))
HALF_SPACE = "\u200c"


def latin_name(name: str) -> str | None:
    """Write a name of the demonstration in Latin letters; None where one of its parts is not known."""
    parts = [[WORDS.get(each) for each in word.split(HALF_SPACE)] for word in name.split()]
    if not parts or any(each is None for word in parts for each in word):
        return None
    return " ".join("".join(each or "" for each in word).capitalize() for word in parts)
