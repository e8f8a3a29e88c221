"""Plainly fictional names in eight scripts: the word for "example", then a thing in nature."""

_WORDS = {
    "Latin": ("Example", "River", "Mountain", "Star", "Forest", "Island", "Cloud", "Garden"),
    "Cyrillic": ("Пример", "Река", "Гора", "Звезда", "Лес", "Остров", "Облако", "Сад"),
    "Arabic": ("مثال", "نهر", "جبل", "نجمة", "غابة", "جزيرة", "سحابة", "حديقة"),
    "Devanagari": ("उदाहरण", "नदी", "पर्वत", "तारा", "वन", "द्वीप", "बादल", "बगीचा"),
    "Khmer": ("ឧទាហរណ៍", "ទន្លេ", "ភ្នំ", "ផ្កាយ", "ព្រៃ", "កោះ", "ពពក", "សួន"),
    "Thai": ("ตัวอย่าง", "แม่น้ำ", "ภูเขา", "ดาว", "ป่า", "เกาะ", "เมฆ", "สวน"),
    "Lao": ("ຕົວຢ່າງ", "ແມ່ນ້ຳ", "ພູເຂົາ", "ດາວ", "ປ່າ", "ເກາະ", "ເມກ", "ສວນ"),
    "Ethiopic": ("ምሳሌ", "ወንዝ", "ተራራ", "ኮከብ", "ደን", "ደሴት", "ደመና", "አትክልት"),
}

SCRIPTS = tuple(_WORDS)


def fictional_name(number: int) -> str:
    """The name of record `number`: scripts in turn, numbered so that no two are alike."""
    example, *things = _WORDS[SCRIPTS[number % len(SCRIPTS)]]
    return f"{example} {things[number // len(SCRIPTS) % len(things)]} {number + 1}"
