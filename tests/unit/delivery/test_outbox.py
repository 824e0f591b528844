"""What becomes of a message after each outcome of its send."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.outbox import (
    LONGEST_PAUSE_S,
    ChatEffect,
    Settlement,
    lane_of,
    pause_s,
    settlement,
)
from bot.delivery.pace import Lane
from bot.models import OutboxKind, OutboxMessage, OutboxState, SendOutcome, SendResult

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DIGEST = OutboxMessage(
    id=5,
    chat_id=-100,
    topic_id=2,
    kind=OutboxKind.DIGEST,
    key="1:2026-03-01T08:00",
    part=1,
    html="<b>موجز</b> &amp;",
    plain="موجز &",
    article_ids=(3, 4),
    subscription_id=1,
    attempts=2,
)
NOTICE = replace(DIGEST, kind=OutboxKind.NOTICE, key="rights:7", subscription_id=None)


ALERT = replace(DIGEST, kind=OutboxKind.ALERT, key="follow:7:3", subscription_id=None)
EDIT = replace(DIGEST, kind=OutboxKind.EDIT, key="5:1", origin_id=5, edits=70)


def after(message: OutboxMessage, outcome: SendOutcome, **details: object) -> Settlement:
    result = SendResult(outcome=outcome, reason="why", **details)  # type: ignore[arg-type]  # named in each test
    return settlement(message, result, now=NOW, repeat_mark="قد يتكرر")


def test_every_outcome_leads_out_of_sending() -> None:
    for outcome in SendOutcome:
        assert after(DIGEST, outcome).state not in (OutboxState.SENDING, OutboxState.CANCELLED)


def test_a_sent_message_keeps_the_id_that_telegram_gave_it() -> None:
    settled = after(DIGEST, SendOutcome.SENT, message_id=99)

    assert (settled.state, settled.telegram_id) == (OutboxState.SENT, 99)


def test_what_was_surely_not_sent_is_tried_again_later_and_later_but_never_given_up() -> None:
    pauses = []
    for attempts in (0, 1, 5, 50, 5000):
        settled = after(replace(DIGEST, attempts=attempts), SendOutcome.NOT_SENT)
        assert settled.state is OutboxState.PENDING
        assert settled.count_attempt
        assert settled.not_before_at is not None
        pauses.append((settled.not_before_at - NOW).total_seconds())

    assert pauses == sorted(pauses)
    assert pauses[0] == pause_s(0)
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_flood_pause_is_kept_and_does_not_count_as_an_attempt() -> None:
    settled = after(DIGEST, SendOutcome.WAIT, retry_after_s=17)

    assert settled.state is OutboxState.PENDING
    assert settled.not_before_at == NOW + timedelta(seconds=17)
    assert not settled.count_attempt


def test_a_doubtful_digest_is_held_and_not_repeated() -> None:
    settled = after(DIGEST, SendOutcome.UNCERTAIN)

    assert settled.state is OutboxState.UNCERTAIN
    assert settled.repeat is None


@pytest.mark.parametrize("message", [NOTICE, ALERT], ids=["notice", "alert"])
def test_a_doubtful_notice_or_alert_is_repeated_once_and_marked(message: OutboxMessage) -> None:
    settled = after(message, SendOutcome.UNCERTAIN)

    assert settled.state is OutboxState.UNCERTAIN
    assert settled.repeat is not None
    assert settled.repeat.key != message.key
    assert settled.repeat.reply.html == "قد يتكرر\n" + message.html
    assert settled.repeat.reply.plain == "قد يتكرر\n" + message.plain
    again = after(replace(message, key=settled.repeat.key), SendOutcome.UNCERTAIN)
    assert again.repeat is None


def test_an_unreachable_chat_is_noted_with_its_message_dead() -> None:
    settled = after(DIGEST, SendOutcome.UNREACHABLE)

    assert (settled.state, settled.effect) == (OutboxState.DEAD, ChatEffect.UNREACHABLE)
    assert settled.reason == "why"


def test_a_migrated_chat_is_moved_and_its_message_waits_for_the_new_id() -> None:
    settled = after(DIGEST, SendOutcome.MIGRATED, new_chat_id=-1009)

    assert (settled.state, settled.effect) == (OutboxState.PENDING, ChatEffect.MIGRATED)
    assert settled.new_chat_id == -1009


@pytest.mark.parametrize("new_id", [None, DIGEST.chat_id])
def test_a_migration_to_nowhere_cannot_go_round_for_ever(new_id: int | None) -> None:
    assert after(DIGEST, SendOutcome.MIGRATED, new_chat_id=new_id).state is OutboxState.DEAD


def test_a_lost_topic_falls_back_to_the_group_once() -> None:
    settled = after(DIGEST, SendOutcome.NO_TOPIC)

    assert (settled.state, settled.topic_id) == (OutboxState.PENDING, 0)
    assert after(replace(DIGEST, topic_id=0), SendOutcome.NO_TOPIC).state is OutboxState.DEAD


def test_refused_markup_is_tried_once_as_plain_text() -> None:
    settled = after(DIGEST, SendOutcome.REFUSED_MARKUP)

    assert settled.state is OutboxState.PENDING
    assert settled.html == "موجز &amp;"
    again = after(replace(DIGEST, html=settled.html or ""), SendOutcome.REFUSED_MARKUP)
    assert again.state is OutboxState.DEAD


def test_a_refused_message_is_dead_with_its_reason() -> None:
    settled = after(DIGEST, SendOutcome.REFUSED)

    assert (settled.state, settled.reason) == (OutboxState.DEAD, "why")
    assert settled.effect is ChatEffect.NONE


def test_a_doubtful_edit_is_made_again_because_nothing_is_doubled_by_it() -> None:
    settled = after(EDIT, SendOutcome.UNCERTAIN)

    assert (settled.state, settled.repeat) == (OutboxState.PENDING, None)
    assert settled.not_before_at is not None


def test_an_edit_of_a_message_that_is_gone_is_sent_as_a_new_message() -> None:
    settled = after(EDIT, SendOutcome.GONE)

    assert (settled.state, settled.anew) == (OutboxState.PENDING, True)
    assert not settled.count_attempt


def test_an_edit_that_became_a_new_message_is_repeated_with_a_mark_when_in_doubt() -> None:
    settled = after(replace(EDIT, edits=None), SendOutcome.UNCERTAIN)

    assert settled.state is OutboxState.UNCERTAIN
    assert settled.repeat is not None
    assert settled.repeat.origin_id == EDIT.origin_id


def test_alerts_and_notices_have_their_own_lane() -> None:
    assert {m.kind: lane_of(m) for m in (DIGEST, EDIT, ALERT, NOTICE)} == {
        OutboxKind.DIGEST: Lane.BROADCAST,
        OutboxKind.EDIT: Lane.BROADCAST,
        OutboxKind.ALERT: Lane.ALERT,
        OutboxKind.NOTICE: Lane.ALERT,
    }
