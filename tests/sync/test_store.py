"""Tests of the snapshot store."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.seam.api import CodeStatus
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices

from .support import (
    DOWN,
    NOW,
    code_ids,
    make_code,
    make_device,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_snapshot_changes_only_when_refresh_finishes() -> None:
    """Partial answers are not published, and a snapshot never changes."""
    engine = synced_engine(make_code("cleaner"))
    before = engine.snapshot
    engine.receive_devices(FetchDevices(), [make_device(), make_device("gate")], NOW)
    receive_codes(engine, make_code("cleaner"), make_code("guest"))
    assert engine.snapshot is before
    assert set(before.locks) == {"door"}
    engine.finish()
    assert set(engine.snapshot.locks) == {"door", "gate"}
    assert set(before.locks) == {"door"}
    assert [code.access_code_id for code in before.locks["door"].codes] == ["cleaner"]


def test_same_answer_in_other_order_makes_equal_snapshot() -> None:
    """Nothing is written when nothing has changed."""
    engine = synced_engine(make_code("a", name="Anna"), make_code("b", name="Bert"))
    before = engine.snapshot
    engine.receive_devices(FetchDevices(), [make_device()], NOW)
    receive_codes(engine, make_code("b", name="Bert"), make_code("a", name="Anna"))
    engine.finish()
    assert engine.snapshot == before


def test_codes_are_sorted_by_name() -> None:
    """Case does not matter, and a code without a name comes first."""
    engine = synced_engine(
        make_code("1", name="zoe"),
        make_code("2", name="Anna"),
        make_code("3"),
        make_code("4", name="bert"),
    )
    names = [code.name for code in engine.snapshot.locks["door"].managed]
    assert names == [None, "Anna", "bert", "zoe"]


@pytest.mark.parametrize("is_managed", [True, False])
def test_missing_code_is_dropped_after_second_answer(*, is_managed: bool) -> None:
    """Seam sometimes drops a code from a single answer."""
    guest, cleaner = make_code("guest", is_managed=is_managed), make_code("cleaner")
    engine = synced_engine(guest, cleaner)
    receive_codes(engine, cleaner)
    assert code_ids(engine) == {"guest", "cleaner"}
    receive_codes(engine, guest, cleaner)
    assert code_ids(engine) == {"guest", "cleaner"}
    receive_codes(engine, cleaner)
    assert code_ids(engine) == {"guest", "cleaner"}, "the misses are not in a row"
    receive_codes(engine, cleaner)
    assert code_ids(engine) == {"cleaner"}


def test_failure_does_not_count_as_missing_code() -> None:
    """An outage neither adds to the misses nor resets them."""
    engine = synced_engine(make_code("guest"))
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    assert code_ids(engine) == {"guest"}
    receive_codes(engine)
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    assert code_ids(engine) == {"guest"}
    receive_codes(engine)
    assert code_ids(engine) == set()


def test_expected_removal_needs_one_answer() -> None:
    """Codes that are deleted, being removed or expired need no second answer."""
    deleted = make_code("deleted")
    removing = make_code("removing", status=CodeStatus.REMOVING)
    ended = make_code("ended", ends_at=NOW - timedelta(seconds=1))
    ends_later = make_code("ends later", ends_at=NOW + timedelta(seconds=1))
    engine = synced_engine(deleted, removing, ended, ends_later)
    engine.code_deleted(NOW, "deleted")
    receive_codes(engine)
    assert code_ids(engine) == {"ends later"}


@pytest.mark.parametrize("new_id", ["found", "new"])
def test_converted_code_is_listed_once(new_id: str) -> None:
    """It moves to the managed codes, whether or not its ID changes."""
    engine = synced_engine(make_code("found", is_managed=False, code="4711"))
    receive_codes(engine, make_code(new_id, code="4711"))
    engine.finish()
    lock = engine.snapshot.locks["door"]
    assert [code.access_code_id for code in lock.managed] == [new_id]
    assert lock.unmanaged == ()


def test_code_in_both_lists_is_managed() -> None:
    """A code that is converted between two requests is in both."""
    engine = synced_engine()
    receive_codes(engine, make_code("found", is_managed=False), make_code("found"))
    engine.finish()
    lock = engine.snapshot.locks["door"]
    assert len(lock.managed) == 1
    assert lock.unmanaged == ()


@given(
    answers=st.lists(
        st.frozensets(st.tuples(st.sampled_from("abc"), st.booleans())), max_size=6
    )
)
def test_lists_that_arrive_apart_count_like_those_that_arrive_together(
    answers: list[frozenset[tuple[str, bool]]],
) -> None:
    """A code may be missing, or move from one list to the other, or be in both."""
    together, apart = synced_engine(), synced_engine()
    for answer in answers:
        codes = [make_code(name, is_managed=managed) for name, managed in answer]
        receive_codes(together, *codes)
        for kind in (True, False):
            part = [code for code in codes if code.is_managed is kind]
            receive_codes(apart, *part, kinds=[kind])
        for engine in (together, apart):
            engine.finish()
        assert apart.snapshot == together.snapshot


def test_unmanaged_codes_alone_do_not_make_managed_ones_known() -> None:
    """The request for the managed ones may have failed in the meantime."""
    engine = synced_engine(make_code("guest"))
    receive_codes(engine, make_code("guest"), kinds=[True])
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    receive_codes(engine, make_code("found", is_managed=False), kinds=[False])
    assert code_ids(engine) == {"guest", "found"}
    lock = engine.snapshot.locks["door"]
    assert not lock.has_codes
    assert not lock.has_all_codes
    receive_codes(engine, make_code("guest"), kinds=[True])
    engine.finish()
    lock = engine.snapshot.locks["door"]
    assert lock.has_codes
    assert not lock.has_all_codes
    receive_codes(engine, kinds=[False])
    engine.finish()
    assert engine.snapshot.locks["door"].has_all_codes
    assert not engine.failures.has("door")


def test_codes_without_pin_are_not_matched() -> None:
    """Two codes with unknown PINs are not the same code."""
    engine = synced_engine(make_code("found", is_managed=False))
    receive_codes(engine, make_code("new"))
    assert code_ids(engine) == {"found", "new"}


def test_own_change_publishes_only_its_lock() -> None:
    """Locks that are being fetched stay as they are until the refresh finishes."""
    engine = synced_engine(
        make_code("guest"),
        make_code("keeper", device_id="gate"),
        devices=[make_device(), make_device("gate")],
    )
    receive_codes(engine, device_id="gate", now=NOW)
    receive_codes(engine, make_code("new", device_id="gate"), device_id="gate", now=NOW)
    engine.code_created(NOW, make_code("mine", code="4321"))
    engine.code_deleted(NOW, "guest")
    snapshot = engine.snapshot
    assert {
        code.access_code_id: code.status for code in snapshot.locks["door"].codes
    } == {
        "guest": CodeStatus.REMOVING,
        "mine": CodeStatus.SET,
    }
    assert [c.access_code_id for c in snapshot.locks["gate"].codes] == ["keeper"]
    engine.finish()
    assert {c.access_code_id for c in engine.snapshot.locks["gate"].codes} == {"new"}


def test_new_pin_is_masked_in_published_texts() -> None:
    """The texts of other locks are masked as well, without being fetched."""
    engine = synced_engine(
        make_code("guest"),
        make_code("flat", device_id="gate", name="Flat 4321"),
        devices=[make_device(), make_device("gate")],
    )
    assert engine.snapshot.locks["gate"].codes[0].name == "Flat 4321"
    engine.code_created(NOW, make_code("mine", code="4321"))
    assert engine.snapshot.locks["gate"].codes[0].name == "Flat ••••"
    engine.finish()
    assert engine.snapshot.locks["gate"].codes[0].name == "Flat ••••"


def test_republish_makes_new_object() -> None:
    """Entities compare by identity, so they notice when a code starts."""
    engine = synced_engine(
        make_code("guest"), devices=[make_device(), make_device("gate")]
    )
    before = engine.snapshot
    engine.republish(["door", "nowhere"])
    assert engine.snapshot == before
    assert engine.snapshot.locks["door"] is not before.locks["door"]
    assert engine.snapshot.locks["gate"] is before.locks["gate"]


def test_unchanged_snapshot_stays_same_object() -> None:
    """Then no state is written, however many locks there are."""
    engine = polled_engine(make_code("guest"))
    before = engine.snapshot
    engine.receive_devices(FetchDevices(), [make_device(), make_device("gate")], NOW)
    receive_codes(engine, make_code("guest"))
    receive_codes(engine, device_id="gate")
    engine.finish()
    assert engine.snapshot is before
