"""Secrets are taken out of texts."""

from datetime import date
import re

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.seam.api import SeamError, redact
from custom_components.seam.api.redact import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MASK,
    Secrets,
    mask_numbers,
    readable,
)

M = MASK
PIN = "739158"
PINS = st.text("0123456789", min_size=4, max_size=12)
SIGNS = st.text(" -.,_/:\u00a0\u2009\u2013\u200b", max_size=3)
SCRIPTS = ("０１２３４５６７８９", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "⁰¹²³⁴⁵⁶⁷⁸⁹")

PLAIN = {
    ord(digit): str(number) for script in SCRIPTS for number, digit in enumerate(script)
} | {0x200B: None}
A_DATE_OR_TIME = re.compile(r"\d\d:\d\d|\d{4}-\d\d-\d\d")


@pytest.mark.parametrize(
    ("text", "secrets", "expected"),
    [
        ("code 0042 is taken", ["0042"], f"code {M} is taken"),
        ("code 42 is taken", ["0042"], "code 42 is taken"),
        ("code 0042 is taken", ["42"], "code 0042 is taken"),
        ("1234 12345 123456", ["1234", "123456"], f"{M} 12345 {M}"),
        ("1234.1234,1234", ["1234"], f"{M}.{M},{M}"),
        ('"1234" <1234> a1234b', ["1234"], f'"{M}" <{M}> a{M}b'),
        ("1234", ["1234"], M),
        ("12341234", ["1234"], "12341234"),
        # As makers quote a PIN.
        ("#1234#, code:1234", ["1234"], f"#{M}#, code:{M}"),
        ("pin_1234_in_use", ["1234"], f"pin_{M}_in_use"),
        ("1 2 3 4 or 12-34", ["1234"], f"{M} or {M}"),
        ("1.2.3.4 or 123\u00a04", ["1234"], f"{M} or {M}"),
        ("slot 3 1 2 3 4 5 times", ["1234"], f"slot 3 {M} 5 times"),
        ("1,2, 3–4 or 1_2/3:4", ["1234"], f"{M} or {M}"),
        ("12\u20093\u200b4 or 1️⃣2️⃣3️⃣4", ["1234"], f"{M} or {M}"),
        ("1 2 34 2026-11-20", ["1234"], f"{M} 2026-11-20"),
        ("1--2-34", ["1234"], M),
        ("1----2-34", ["1234"], "1----2-34"),
        ("1 2 345", ["1234"], "1 2 345"),
        ("01 234", ["1234"], "01 234"),
        ("1:23:4", ["1234"], M),
        # Of two that overlap, neither shows.
        ("1 2 3 4 5 6", ["1234", "3456"], M),
        ("12 34 56", ["1234", "123456"], M),
        ("1234 5678", ["1234", "5678"], f"{M} {M}"),
        # Too few digits to be a PIN in pieces.
        ("1 2 3", ["123"], "1 2 3"),
        ("123", ["123"], M),
        # Of a date only what stands alone, or all of it.
        ("2031-05-04T12:00:00.1234Z", ["2031"], f"{M}-05-04T12:00:00.1234Z"),
        ("2031-05-04 12:00", ["0504", "203105", "0412"], "2031-05-04 12:00"),
        ("2031-05-04", ["20310504"], M),
        ("2031-15-04", ["1504"], f"2031-{M}"),
        # Of a time nothing, unless more digits are around it.
        ("at 12:34, at 22:14:05", ["1234", "221405"], "at 12:34, at 22:14:05"),
        ("2026-11-20T22:14:05Z", ["2214", "1405", "221405"], "2026-11-20T22:14:05Z"),
        ("22:14:05+02:00", ["0502", "0200", "221405"], "22:14:05+02:00"),
        ("12:34:56:78", ["12345678"], M),
        ("12 14:56", ["121456"], M),
        # In whatever digits.
        *[
            (f"Zoë {text}", [PIN], f"Zoë {M}")
            for script in SCRIPTS
            for digits in ["".join(script[int(digit)] for digit in PIN)]
            for text in (digits, "-".join(digits), f"{digits[:2]}, {digits[2:]}")
        ],
        ("739158", ["७३९१५८"], M),
        # A key counts anywhere, also where something encoded stands before it.
        ("Bearer%20seam_k.1", ["seam_k.1"], f"Bearer%20{M}"),
        ("seam_k.12", ["seam_k.1"], f"{M}2"),
        ("seam_kx1", ["seam_k.1"], "seam_kx1"),
        # The longer one goes first: no rest of it may stay.
        ("seam_test_abc", ["seam_test", "seam_test_abc"], M),
        ("seam_1234 1234", ["1234", "seam_1234"], f"{M} {M}"),
        ("nothing", [], "nothing"),
        ("nothing", [""], "nothing"),
        ("", ["1234"], ""),
        ("a(b", ["a(b"], M),
    ],
)
def test_secrets(text: str, secrets: list[str], expected: str) -> None:
    """What stands alone is masked, what is part of a longer number is not."""
    assert Secrets(*secrets).mask(text) == expected
    assert Secrets(*reversed(secrets)).mask(text) == expected


def test_what_holds_no_secret_stays_as_it_is() -> None:
    """It is the same object, so that nobody takes it for a change."""
    secrets = Secrets("1234", "seam_k.1")
    for number in range(3):
        for text in (f"Owner {number}", f"{number}-{number} 2026-11-20", "none"):
            assert secrets.mask(text) is text


@given(
    pins=st.lists(PINS, min_size=1),
    parts=st.lists(st.text(alphabet="ab .-", min_size=1), min_size=1),
)
def test_any_pins(pins: list[str], parts: list[str]) -> None:
    """No PIN between other characters is left, in whatever order they are known."""
    text = parts[0] + "".join(f"{pin}{parts[0]}" for pin in pins)
    secrets = Secrets(*pins)
    masked = secrets.mask(text)
    assert not any(character.isdigit() for character in masked)
    assert masked.startswith(f"{parts[0]}{MASK}")
    assert secrets.mask(masked) == masked


@given(
    data=st.data(),
    pin=PINS,
    others=st.lists(PINS),
    before=st.text(alphabet="pin #:_3'", max_size=6),
    after=st.text(alphabet=" #'_s5,", max_size=6),
)
def test_any_spelling(
    data: st.DataObject, pin: str, others: list[str], before: str, after: str
) -> None:
    """A PIN with signs between its digits is masked, whatever is around it."""
    signs = data.draw(st.lists(SIGNS, min_size=len(pin) - 1, max_size=len(pin) - 1))
    digits = data.draw(st.sampled_from(("0123456789", *SCRIPTS)))
    written = [digits[int(digit)] for digit in pin]
    spelt = written[0] + "".join(map("".join, zip(signs, written[1:], strict=True)))
    assume(not A_DATE_OR_TIME.search(spelt.translate(PLAIN)))
    # More digits would make it a longer number.
    text = f"{before.rstrip('35')}{spelt}{after.lstrip('35')}"
    secrets = Secrets(pin, *others)
    masked = secrets.mask(text)
    assert MASK in masked
    assert spelt not in masked
    assert secrets.mask(masked) == masked


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str),
    st.times().map(str),
    st.lists(PINS.filter(lambda pin: len(pin) != 8), min_size=1),
)
def test_any_moment(day: str, time: str, pins: list[str]) -> None:
    """A date is not taken for a PIN more often than its year is one."""
    text = f"{day} {time[:5]}"
    year = day[:4]
    masked = text.replace(year, MASK, 1) if year in pins else text
    assert Secrets(*pins).mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Bob 0042 0043 0044 0045",
        "0042,0043,0044,0045",
        "a0042b0043c0044d0045",
        "0 0 4 2 0 0 4 3 0 0 4 4 0 0 4 5",
        "2000-01-01 2000-01-02 2000-01-03 2000-01-04",
        "００４２, ００４３, ００４４, ００４５",
    ],
)
def test_who_tries_numbers_out_learns_nothing(text: str) -> None:
    """A text with many numbers looks the same, whichever of them are PINs."""
    pins = ("0042", "0044", "004200430044", "20000102")
    shown = {Secrets(*pins[:known]).mask(text) for known in range(len(pins) + 1)}
    assert len(shown) == 1
    assert not any(character.isdigit() for character in shown.pop().strip("abcd"))


@pytest.mark.parametrize(
    "text",
    [
        "Anna +45 12 34 56 78",
        "Set at 2026-11-20T22:14:05Z, 2026-11-21T22:14:05.123Z and 23:14 on 4821",
        "Flat 2024, slot 3 of 250, try 4 of 10",
        "4821, 4821, 4821, 4821 and 4821",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    """People name guests by telephone, and messages tell dates."""
    assert Secrets("9999").mask(text) is text


def test_all_numbers_of_many_take_short_secrets_along() -> None:
    """What is too short for a PIN is masked only where it is known."""
    text = "0042 0043 0044 0045 nor 123"
    assert Secrets().mask(text) == f"{M} nor 123"
    assert Secrets("123").mask(text) == f"{M} nor {M}"


@pytest.mark.parametrize(("longest"), [LONGEST_NAME, LONGEST_TEXT])
def test_what_is_too_long_is_cut(longest: int) -> None:
    """A limit is kept, and the same comes of what was cut before."""
    secrets = Secrets("1234", "seam_k.1")
    for text in ("x" * 60_000, "é" * 60_000, "1 2 3 " * 20_000, "x 123 " * 20_000):
        shown = secrets.mask(text, longest)
        assert shown.endswith("…")
        assert len(shown) <= longest
        assert secrets.mask(shown, longest) == shown
    fits = "x" * longest
    assert secrets.mask(fits, longest) is fits
    assert len(secrets.mask("x" * LONGEST_TEXT, LONGEST_NAME)) == LONGEST_NAME
    assert secrets.mask_name(fits) == readable(fits, LONGEST_NAME)
    # Dots take more room than these.
    assert len(Secrets("1").mask("1 x " * 60, LONGEST_NAME)) <= LONGEST_NAME


@given(
    before=st.integers(LONGEST_NAME - 30, LONGEST_NAME + 5),
    signs=st.lists(st.sampled_from(["", " ", ", ", " - "]), min_size=5, max_size=5),
)
def test_no_part_of_a_secret_is_left_by_a_cut(before: int, signs: list[str]) -> None:
    """Neither of a PIN nor of a key, wherever the end comes to lie."""
    spelt = PIN[0] + "".join(map("".join, zip(signs, PIN[1:], strict=True)))
    shown = Secrets(PIN, "seam_k.1").mask_name("x" * before + spelt + "y" * 60)
    assert not any(character.isdigit() for character in shown)
    shown = Secrets("seam_k.1").mask_name("x" * before + "seam_k.1" + "y" * 60)
    assert "s" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ba\u202eker\u2066\u200e", "Baker"),
        ("Ba\x00k\ufeffe\u00adr\ud800", "Baker"),
        ("one\ntwo\u2028three\tfour", "one two three four"),
        ("73\u200b91\u202e58", M),
        ("seam\u200b_k.1", M),
        ("\U0001f469\u200d\U0001f467 ❤️ نامه\u200cای", None),
        ("12\u00a0m", None),
    ],
)
def test_what_cannot_be_seen(text: str, expected: str | None) -> None:
    """What turns the writing or hides is taken out; what scripts and emoji need stays."""
    secrets = Secrets(PIN, "seam_k.1")
    assert secrets.mask(text) == (text if expected is None else expected)
    if expected is None:
        assert secrets.mask(text) is text


def test_long_texts_take_no_long_time() -> None:
    """How often a number is read grows with its length, and no faster."""
    readings = [len(redact._readings("1 " * length + "1")) for length in (500, 1000)]
    assert readings[1] < 2.1 * readings[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code 4821 is unknown.", f"Code {M} is unknown."),
        ("4 8-2.1", M),
        ("after 3 of 10 attempts", "after 3 of 10 attempts"),
        ("since 2026-11-20", f"since {M}"),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    """What may be a PIN that nobody knows is masked, too."""
    assert mask_numbers(text) == expected


def test_an_error_is_masked_with_all_that_is_known() -> None:
    """Thousands of PINs need not be tried one by one."""
    secrets = Secrets("seam_k.1", "1234", "2031")
    error = SeamError("1234 and 12345 with seam_k.1", request_id="2031")
    error.redact(secrets.mask)
    assert error.message == f"{M} and 12345 with {M}"
    assert error.args == (error.message,)


def test_late_secrets() -> None:
    """It is known when a text was looked through before its secret was heard of."""
    secrets = Secrets("seam_test_abc", "1234")
    secrets.take_late()
    assert secrets.mask("Owner 1234, flat 5678") == f"Owner {M}, flat 5678"
    secrets.add(["1234", "9999", "56", None])
    assert not secrets.take_late()
    secrets.add(["5678"])
    assert secrets.take_late()
    assert not secrets.take_late()
    secrets.add(["seam_test_def"])
    assert secrets.take_late()
    secrets.add(["seam_test_def"])
    assert not secrets.take_late()
    assert secrets.mask("Lodger 7 3-15") == "Lodger 7 3-15"
    assert not secrets.take_late()
    secrets.add(["7315"])
    assert secrets.take_late()


def test_late_secrets_among_too_many_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered has a bound; beyond it, any secret may come late."""
    monkeypatch.setattr(redact, "_MOST_HARMLESS", 100)
    secrets = Secrets()
    for number in range(1000, 1100):
        secrets.mask(f"attempt {number}")
    secrets.add(["9999"])
    assert not secrets.take_late()
    for number in (1100, 1101):
        secrets.mask(f"attempt {number}")
    secrets.add(["9998"])
    assert secrets.take_late()
    # All texts were looked through again, which it starts anew with.
    secrets.mask("attempt 1100")
    secrets.add(["9997"])
    assert not secrets.take_late()
    secrets.add(["1100"])
    assert secrets.take_late()


def test_more_texts_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were forgotten are looked through anew, and stay the same objects."""
    monkeypatch.setattr(redact, "_MOST_CLEAN", 3)
    secrets = Secrets(PIN)
    for text in (f"Owner {number}" for number in (*range(10), *range(10))):
        assert secrets.mask(text) is text
    assert len(secrets._clean) <= 3
    assert secrets.mask(f"Owner {PIN}") == f"Owner {M}"


def test_ids_of_seam_stay_readable() -> None:
    """Seam's support asks for them, and that a PIN is in one is chance."""
    secrets = Secrets()
    secrets.add(["7783", "8745", "4815"])
    message = "Code 4815 is fb4d391b-7783-58af-8745-dbf279b2794a"
    assert secrets.mask(message) == message.replace("4815", MASK)
    assert secrets.mask("fb4d391b-7783") == f"fb4d391b-{MASK}"
