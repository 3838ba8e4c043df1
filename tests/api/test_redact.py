"""Tests of masking secrets in texts."""

from datetime import date
import re

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.seam.api import SeamError, redact
from custom_components.seam.api.readable import (
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    readable,
)
from custom_components.seam.api.redact import MASK, Secrets, mask_numbers
from custom_components.seam.api.row_pins import pins_in

M = MASK
PIN = "739158"
UUID = "4821b0c5-1234-4000-8000-000000004821"
PINS = st.text("0123456789", min_size=4, max_size=12)
SEPARATORS = st.sampled_from(["", *" -.,_/:\u00a0\u2009\u2013\u200b", " \u200b"])
SCRIPTS = ("０１２３４５６７８９", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
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
        # As manufacturers quote a PIN.
        ("#1234#, code:1234", ["1234"], f"#{M}#, code:{M}"),
        ("pin_1234_in_use", ["1234"], f"pin_{M}_in_use"),
        ("slot 3 1234 2 times", ["1234"], f"slot 3 {M} 2 times"),
        # With one separator between the digits.
        ("1 2 3 4 or 12-34", ["1234"], f"{M} or {M}"),
        ("1.2.3.4 or 123\u00a04", ["1234"], f"{M} or {M}"),
        ("1,2-3–4 or 1_2/3:4", ["1234"], f"{M} or {M}"),
        ("1\u20092\u200b34", ["1234"], M),
        ("1 2 3", ["123"], "1 2 3"),
        ("12 34, 1-2-34", ["1234"], f"{M}, {M}"),
        ("1234 5678", ["1234", "5678"], f"{M} {M}"),
        ("1234 1-2-3-4", ["1234"], f"{M} {M}"),
        ("1--2-34", ["1234"], "1--2-34"),
        ("4-8 1.5 or ４８-１５", ["4815"], f"{M} or {M}"),
        # Only decimal digits count.
        ("4️⃣8️⃣1️⃣5️⃣ ⁴⁸¹⁵ ④⑧①⑤", ["4815"], "4️⃣8️⃣1️⃣5️⃣ ⁴⁸¹⁵ ④⑧①⑤"),
        # What is part of a longer number does not stand alone.
        ("1 2 345", ["1234"], "1 2 345"),
        ("01 234", ["1234"], "01 234"),
        # With a line break or any white space.
        ("12\n34 or 12\r\n  34", ["1234"], f"{M} or {M}"),
        ("1\t\t2\u3000\u2009 3\u200d 4", ["1234"], M),
        ("slot 3   12 34", ["1234"], f"slot 3   {M}"),
        ("slot 3 1 2 3 4", ["1234"], "slot 3 1 2 3 4"),
        ("+45 12 34 56 78", ["1234", "5678", "12345678"], "+45 12 34 56 78"),
        # Nor does a part of a date or a time of day.
        ("2031-05-04T12:00:00.123Z", ["2031", "0504"], "2031-05-04T12:00:00.123Z"),
        ("2031-05-04 12:00", ["0504", "203105", "0412"], "2031-05-04 12:00"),
        ("2031-05-04", ["20310504"], "2031-05-04"),
        ("2031-55-04", ["2031"], f"{M}-55-04"),
        ("at 12:34, at 22:14:05", ["1234", "221405"], "at 12:34, at 22:14:05"),
        ("22:14:05+02:00", ["0502", "0200", "221405"], "22:14:05+02:00"),
        ("1:23:4", ["1234"], M),
        # Digits of any script count.
        *[
            (f"Zoë {text}", [PIN], f"Zoë {M}")
            for script in SCRIPTS
            for digits in ["".join(script[int(digit)] for digit in PIN)]
            for text in (digits, "-".join(digits))
        ],
        ("739158", ["७३९१५८"], M),
        # A key is masked anywhere.
        ("Bearer%20seam_k.1", ["seam_k.1"], f"Bearer%20{M}"),
        ("seam_k.12", ["seam_k.1"], f"{M}2"),
        ("seam_kx1", ["seam_k.1"], "seam_kx1"),
        ("Bearer sea\r\n  m_k\u2028.1", ["seam_k.1"], f"Bearer {M}"),
        ("s e a m _ k . 1", ["seam_k.1"], M),
        # No rest of the longer one may be left.
        ("seam_test_abc", ["seam_test", "seam_test_abc"], M),
        ("seam_1234 1234", ["1234", "seam_1234"], f"{M} {M}"),
        ("nothing", [], "nothing"),
        ("nothing", [""], "nothing"),
        ("", ["1234"], ""),
        ("a(b", ["a(b"], M),
    ],
)
def test_mask(text: str, secrets: list[str], expected: str) -> None:
    """A PIN is masked where it stands alone, a key anywhere."""
    assert Secrets(*secrets).mask(text) == expected
    assert Secrets(*reversed(secrets)).mask(text) == expected


def test_mask_key_with_spaces() -> None:
    """White space in a key and in the text counts for nothing, however much it is."""
    secrets = Secrets("a1b2    c")
    spaces = " " * 5000
    assert secrets.mask(f"a1b2{spaces}c") == M
    # The search must not try all ways to share out the spaces.
    assert M not in secrets.mask(f"a1b2{spaces}x a1b2{spaces}y")


def test_text_without_secret_is_returned_unchanged() -> None:
    """The text is the same object, so that comparing it is quick."""
    secrets = Secrets("1234", "seam_k.1")
    for number in range(3):
        for text in (f"Owner {number}", f"{number}-{number} 2026-11-20", "none"):
            assert secrets.mask(text) is text


@given(
    pins=st.lists(PINS, min_size=1),
    parts=st.lists(st.text(alphabet="ab .-", min_size=1), min_size=1),
)
def test_mask_any_pins(pins: list[str], parts: list[str]) -> None:
    """Every PIN between other characters is masked, in any order of adding them."""
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
    before=st.text(alphabet="pin #:_'", max_size=6),
    after=st.text(alphabet=" #'_s,", max_size=6),
)
def test_mask_separated_digits(
    data: st.DataObject, pin: str, others: list[str], before: str, after: str
) -> None:
    """A PIN with single separators is masked, whatever is around it."""
    size = len(pin) - 1
    signs = data.draw(st.lists(SEPARATORS, min_size=size, max_size=size))
    digits = data.draw(st.sampled_from(("0123456789", *SCRIPTS)))
    written = [digits[int(digit)] for digit in pin]
    spelt = written[0] + "".join(map("".join, zip(signs, written[1:], strict=True)))
    assume(not A_DATE_OR_TIME.search(spelt.replace("\u200b", "")))
    text = f"{before}{spelt}{after}"
    secrets = Secrets(pin, *others)
    masked = secrets.mask(text)
    assert MASK in masked
    assert spelt not in masked
    assert secrets.mask(masked) == masked


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str),
    st.times().map(str),
    st.lists(PINS, min_size=1),
)
def test_mask_leaves_dates_and_times(day: str, time: str, pins: list[str]) -> None:
    """Neither a date nor a time of day is taken for a PIN."""
    text = f"{day} {time[:5]}"
    assert Secrets(*pins).mask(text) == text


@pytest.mark.parametrize(("longest"), [MAX_NAME_LENGTH, MAX_TEXT_LENGTH])
def test_mask_cuts_long_text(longest: int) -> None:
    """The limit is kept, and masking a cut text again changes nothing."""
    secrets = Secrets("1234", "seam_k.1")
    for text in ("x" * 60_000, "é" * 60_000, "1 2 3 " * 20_000, "x 123 " * 20_000):
        shown = secrets.mask(text, longest)
        assert shown.endswith("…")
        assert len(shown) <= longest
        assert secrets.mask(shown, longest) == shown
    fits = "x" * longest
    assert secrets.mask(fits, longest) is fits
    assert len(secrets.mask("x" * MAX_TEXT_LENGTH, MAX_NAME_LENGTH)) == MAX_NAME_LENGTH
    assert secrets.mask_name(fits) == readable(fits, MAX_NAME_LENGTH)
    # The mask is longer than this key.
    assert len(Secrets("k").mask("k x " * 60, MAX_NAME_LENGTH)) <= MAX_NAME_LENGTH


@given(
    before=st.integers(MAX_NAME_LENGTH - 30, MAX_NAME_LENGTH + 5),
    signs=st.lists(st.sampled_from(["", " ", "-"]), min_size=5, max_size=5),
)
def test_mask_never_cuts_inside_secret(before: int, signs: list[str]) -> None:
    """No part of a PIN or key is left, wherever the text is cut."""
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
def test_mask_removes_invisible_characters(text: str, expected: str | None) -> None:
    """What changes the writing direction goes, what scripts and emoji need stays."""
    secrets = Secrets(PIN, "seam_k.1")
    assert secrets.mask(text) == (text if expected is None else expected)
    if expected is None:
        assert secrets.mask(text) is text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code 4821 is unknown.", f"Code {M} is unknown."),
        ("4 8-2.1", M),
        ("48          21", M),
        ("after 3 of 10 attempts", "after 3 of 10 attempts"),
        ("since 2026-11-20", "since ••••"),
        ("48 ----- 21", M),
        ("٤٨٢١", M),
        (UUID, UUID),
        (f"Code {UUID.upper()}: 4821", f"Code {UUID.upper()}: {M}"),
    ],
)
def test_mask_numbers(text: str, expected: str) -> None:
    """Every number that is long enough for a PIN is masked."""
    assert mask_numbers(text) == expected


def test_redact_error() -> None:
    """All known secrets are masked in an error's message."""
    secrets = Secrets("seam_k.1", "1234", "2031")
    error = SeamError("1234 and 12345 with seam_k.1", request_id="2031")
    error.redact(secrets.mask)
    assert error.message == f"{M} and 12345 with {M}"
    assert error.args == (error.message,)


def test_late_secret() -> None:
    """A secret is late if a text that may hold it was masked before."""
    secrets = Secrets("seam_test_abc", "1234")
    secrets.pop_has_late_secret()
    assert secrets.mask("Owner 1234, flat 5678") == f"Owner {M}, flat 5678"
    secrets.add(["1234", "9999", "56", None])
    assert not secrets.pop_has_late_secret()
    secrets.add(["5678"])
    assert secrets.pop_has_late_secret()
    assert not secrets.pop_has_late_secret()
    secrets.add(["seam_test_d3f"])
    assert secrets.pop_has_late_secret()
    secrets.add(["seam_test_d3f"])
    assert not secrets.pop_has_late_secret()
    assert secrets.mask("Lodger 7 3-15") == "Lodger 7 3-15"
    assert not secrets.pop_has_late_secret()
    secrets.add(["7315"])
    assert secrets.pop_has_late_secret()


def test_late_secret_with_too_many_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """All texts have to be masked again when there are too many numbers to remember."""
    monkeypatch.setattr(redact, "_MAX_REMEMBERED", 100)
    secrets = Secrets()
    for number in range(1000, 1100):
        secrets.mask(f"attempt {number}")
    secrets.add(["9999"])
    assert not secrets.pop_has_late_secret()
    secrets.mask("attempt 1100")
    assert secrets.pop_has_late_secret()
    secrets.mask("attempt 1100")
    secrets.add(["9997"])
    assert not secrets.pop_has_late_secret()
    secrets.add(["1100"])
    assert secrets.pop_has_late_secret()


def test_mask_more_texts_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that were forgotten are masked again and returned unchanged."""
    monkeypatch.setattr(redact, "_MAX_REMEMBERED", 3)
    secrets = Secrets(PIN)
    for text in (f"Owner {number}" for number in (*range(10), *range(10))):
        assert secrets.mask(text) is text
    assert len(secrets._clean) <= 3
    assert secrets.mask(f"Owner {PIN}") == f"Owner {M}"


def test_mask_leaves_uuids() -> None:
    """Seam's support asks for ids, and a PIN is in one by chance only."""
    secrets = Secrets()
    secrets.add(["7783", "8745", "4815"])
    message = "Code 4815 is fb4d391b-7783-58af-8745-dbf279b2794a"
    assert secrets.mask(message) == message.replace("4815", MASK)
    assert secrets.mask("fb4d391b-7783") == f"fb4d391b-{MASK}"


@pytest.mark.parametrize(
    "spelt", ["7815-1", " 78151 ", "7 8 1 5 1", "#78151#", "7.8151"]
)
def test_spelling_of_pin(spelt: str) -> None:
    """A PIN is masked in any spelling, however Seam spells it."""
    secrets = Secrets(spelt)
    assert secrets.mask("Anna 78151, 7815-1") == f"Anna {M}, {M}"
    secrets = Secrets()
    secrets.add([spelt])
    assert secrets.mask("Anna 78151, 7815-1") == f"Anna {M}, {M}"
    secrets.pop_has_late_secret()
    secrets.add([spelt])
    assert not secrets.pop_has_late_secret()


@pytest.mark.parametrize(
    "code", [" ", "_", "e", "1", "123", "1-2 3", "e-1", "none", "unknown", "••••"]
)
def test_code_that_is_no_pin(code: str) -> None:
    """A text that is too short, or has no digit, is not masked."""
    secrets = Secrets()
    secrets.add([code])
    text = f"The code {code} of none is unknown, 1 e_1"
    assert secrets.mask(text) == text


def test_pins_in_row() -> None:
    """PINs are found at any depth, as text and as numbers, and nothing else is."""
    row = {
        "code": 48151,
        "name": "4444",
        "pending_mutations": [{"from": {"code": "1111"}, "to": {"code": 2222}}],
        "errors": {"a": {"modified_fields": [{"from": "Anna 3333", "to": " 33-33 "}]}},
        "from": True,
        "to": "2031-05-08T10:00:00.000Z",
        "warnings": [[{"code": ["5555", 123, None]}]],
    }
    assert sorted(pins_in(row)) == ["1111", "2222", "3333", "48151", "5555"]
    assert pins_in("5555") == pins_in(["5555"]) == pins_in(None) == []
