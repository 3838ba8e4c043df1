"""Tests of finding telephone numbers in descriptions."""

import pytest

from custom_components.seam.stays.telephone import telephone_pin


@pytest.mark.parametrize(
    ("description", "pin"),
    [
        ("Phone Number (Last 4 Digits): 4821", "4821"),
        ("Reservation: HM123456\nPhone: +49 151 2345-6789", "6789"),
        ("Call +1 (555) 010-9876.", "9876"),
        ("Mobile 0151 2345 6789", "6789"),
        ("Mobil: 0171 2345678", "5678"),
        ("Handynummer (WhatsApp): 0171/2345678", "5678"),
        ("Teléfono móvil: 612 345 678", "5678"),
        ("Téléphone : 06 12 34 56 78", "5678"),
        ("Numer telefonu komórkowego: 601 234 567", "4567"),
        ("Κινητό τηλέφωνο: 691 234 5678", "5678"),
        ("携帯電話：090-1234-5678", "5678"),
        ("手机：138 1234 5678", "5678"),
        ("Portable : 06 12 34 56 78", "5678"),
        ("お電話番号：090-1234-5678", "5678"),
        ("電話09012345678", "5678"),
        ("Tel.: +４９ 30 123456", "3456"),
        ("Host phone: +49 30 1234567\nGuest phone: +49 171 2345678", "5678"),
        ("Owner's mobile: +49 30 1234567, +49 171 2345678", "5678"),
        ("Host phone: +49 30 1234567", None),
        ("Phone: +49 171 2345678 123456789 123456789", None),
        ("Rua A 5, CEP 01310-100. Phone: +55 11 91234-5678", "5678"),
        ("CEP 01310-100. Contact +55 11 91234-5678", "5678"),
        ("Please tell them reservation number 4829174455", None),
        ("Portable crib needed. Booking id 998877665", None),
        ("Telluride cabin, ref 123456789", None),
        ("Ceppaloni house: gate 482913", None),
        ("A handy note: booking 48291744", None),
        ("Reservation 123456789, 2 adults, 350 EUR", None),
        ("2026-11-24 to 2026-11-26", None),
        ("", None),
    ],
)
def test_pin_of_telephone_number(description: str, pin: str | None) -> None:
    """Other numbers are not taken for one of a telephone."""
    assert telephone_pin(description) == pin


NUMBERS = [
    "+491712345678",
    "+49 171 2345678",
    "+49 171 234 5678",
    "+49 171 23 45 678",
    "+49 1712345-678",
    "+49 (0) 171 2345678",
    "+49 (0)171/2345678",
    "+49(0)171-234 56 78",
    "+(49) 171 2345678",
    "+49\u00a0171\u00a02345678",
    "+49 171 – 2345678",
    "+49 89 12345-678",
    "+43 664 1234 5678",
    "+43 664 12345 678",
    "+1 (555) 234-5678",
    "+1(555)234-5678",
    "+1.555.234.5678",
    "+1 555 2345678",
    "+1-555-234-5678",
    "+33 6 12 34 56 78",
    "+33 (0)6 12 34 56 78",
    "+33612345678",
    "+31 6 12345678",
    "+31 6 1234 5678",
    "+61 4 1234 5678",
    "+32 470 12 56 78",
    "+32 2 123 56 78",
    "+44 7700 905678",
    "+44 (0)20 7946 5678",
    "+46 70 123 56 78",
    "+45 12 34 56 78",
    "+47 123 45 678",
    "+7 (912) 345-56-78",
    "+90 532 123 56 78",
    "+55 (11) 91234-5678",
    "+81-90-1234-5678",
    "+86 138 1234 5678",
]
NATIONAL = [
    "0171 2345678",
    "0171/2345678",
    "0171 / 2345678",
    "0171-234 56 78",
    "(0171) 2345678",
    "089 123456-5678",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "06-12345678",
    "0470/12.56.78",
    "(555) 234-5678",
    "555-234-5678",
    "1-800-555-5678",
    "0 532 123 56 78",
    "8 (912) 345-56-78",
    "07700 905678",
]


@pytest.mark.parametrize(
    "after",
    [
        "",
        ".",
        "\n2 guests",
        " (2 guests)",
        " (12)",
        " 2 adults",
        ", 2 adults",
        ", 12 adults",
        " x2",
        " ext. 12",
        " / 2 Personen",
        " - 3 nights",
        " 15:00 Uhr",
        " 15.00 Uhr",
        " 9 Uhr",
        " 11 pm",
        " 24/7",
        " 24.11.2026",
        " 2026-11-24",
        " Ada",
    ],
)
def test_what_follows_telephone_number_is_no_part_of_it(after: str) -> None:
    """However people and platforms write numbers."""
    texts = [
        *(f"{label}{number}" for label in ("", "Phone: ") for number in NUMBERS),
        *(f"Phone: {number}" for number in NATIONAL),
    ]
    found = {text: telephone_pin(text + after) for text in texts}
    assert found == dict.fromkeys(texts, "5678")


@pytest.mark.parametrize("after", [" 12 guests", " - 12 nights", " / 10 Personen"])
def test_number_of_many_guests_is_no_part_of_telephone_number(after: str) -> None:
    """If the number does not consist of pairs, which this may be the last of."""
    for number in ("+49 171 2345678", "+44 7700 905678", "+1 (555) 234-5678"):
        assert telephone_pin(f"Phone: {number}{after}") == "5678"


@pytest.mark.parametrize("text", ["+12", "+12 12 ", "Tel. ", "Tel. 12 ", "(", "+1(2)"])
def test_long_description_without_telephone_number_is_read(text: str) -> None:
    """A quadratic search would take minutes."""
    assert telephone_pin("Host phone: " + text * 50_000) is None
