"""Secrets are taken out of texts."""

from hypothesis import given, strategies as st
import pytest

from custom_components.seam.api import SeamError
from custom_components.seam.api.redact import MASK, Secrets, redact, secret_pattern

M = MASK
PINS = st.text("0123456789", min_size=4, max_size=12)


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
        ("2031-05-04T12:00:00.1234Z", ["2031"], f"{M}-05-04T12:00:00.1234Z"),
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
def test_redact(text: str, secrets: list[str], expected: str) -> None:
    """What stands alone is masked, what is part of a longer number is not."""
    assert redact(text, secrets) == expected
    assert redact(text, iter(reversed(secrets))) == expected


def test_no_secrets() -> None:
    """Without secrets there is nothing to look for."""
    assert secret_pattern([]) is secret_pattern(["", ""]) is None


@given(
    pins=st.lists(PINS, min_size=1),
    parts=st.lists(st.text(alphabet="ab .-", min_size=1), min_size=1),
)
def test_any_pins(pins: list[str], parts: list[str]) -> None:
    """No PIN between other characters is left, in whatever order they are known."""
    text = parts[0] + "".join(f"{pin}{parts[0]}" for pin in pins)
    masked = redact(text, pins)
    assert not any(character.isdigit() for character in masked)
    assert masked == parts[0] + "".join(f"{MASK}{parts[0]}" for _ in pins)
    assert redact(masked, pins) == masked


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
