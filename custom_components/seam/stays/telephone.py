"""Finding the telephone number of a guest."""

import re
from typing import Final

from ..api.row_pins import digits_of

# Booking platforms either give the last four digits, or the number itself. Reservation
# numbers look like a number without a country code, so that one needs a label.
_LAST_DIGITS: Final = re.compile(
    r"last (?:4|four) digits\W{0,5}(\d{4})(?!\d)", re.IGNORECASE
)
_GAP: Final = r"(?:[^\S\n]?[./‐‑–-][^\S\n]?|[^\S\n]{1,2})"
# A time, a date, or a number of guests or nights may follow without a comma.
_NO_GROUP: Final = (
    rf"(?!{_GAP}(?:\d\d?[:h]\d|\d\d?(?:\.\d\d)?[^\S\n]?(?:uhr|h|am|pm)\b|24/7"
    r"|\d\d?[./-]\d\d?[./-]20\d\d|20\d\d-\d\d-\d\d))"
    r"(?!(?<=\d{4})[^\S\n]+(?:[/–-][^\S\n]+)?\d\d[^\S\n]+[^\W\d_])"
)
_NUMBER: Final = (
    r"(?:\(\d{1,5}\)|\d{1,15}+)"
    # What follows the country code, as in “+49 (0)171” and “+33 6 12”.
    rf"(?:(?<!\d{{5}})(?:{_GAP}?\(\d{{1,5}}\))?(?:{_GAP}?\d(?={_GAP}\d\d))?)?"
    rf"(?:{_NO_GROUP}(?:{_GAP}|(?<=\)))\d{{2,15}}+){{0,7}}(?!\d)"
)
# In all languages of the integration.
_LABEL: Final = (
    r"(?:\b(?:phone|telephone|mobile|cell|cellphone|tel|tel[eé]f[oó]n\w*|telefoon\w*"
    r"|t[eé]l[eé]phone|t[eé]l|mobil|mobilnummer|mobiltelefon\w*|mobiel|handynummer"
    r"|handy(?=:)|rufnummer|portable(?=\s*:)|m[oó]vil|celular|cellulare|telem[oó]vel"
    r"|komórk\w*|puhelin\w*|cep tel\w*|τηλ\w*|κινητ\w*)\b|電話|携帯|电话|手机)"
    r"[^\d\n]{0,20}?"
)
_LABELED: Final = re.compile(f"{_LABEL}({_NUMBER})", re.IGNORECASE)
_INTERNATIONAL: Final = re.compile(rf"\+({_NUMBER})", re.IGNORECASE)
_OF_HOST: Final = re.compile(
    rf"\b(?:host|owner)(?:['’]s)?[^\S\n]+{_LABEL}{_NUMBER}", re.IGNORECASE
)
# A country code and a national number have at most 15 digits.
_DIGITS: Final = range(6, 16)


def telephone_pin(description: str) -> str | None:
    """Return the last four digits of the telephone number in a description."""
    if match := _LAST_DIGITS.search(description):
        return digits_of(match[1])
    description = _OF_HOST.sub("", description)
    for pattern in (_LABELED, _INTERNATIONAL):
        for match in pattern.finditer(description):
            if len(digits := digits_of(match[1])) in _DIGITS:
                return digits[-4:]
    return None
