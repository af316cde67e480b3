"""What udp and unix share: each event of a run ends as its datagram did, whatever the kernel says when."""

from __future__ import annotations

import errno
import json

from engine.event import Event
from engine.run import Fault, Outcome, Run
from tests.engine.transports.datagram.conftest import Make, events, letters
from tests.engine.transports.scripted import ScriptedSocket
from tests.support.runs import Ledger


class TestSending:
    async def test_a_refusal_fails_that_event_the_one_before_and_the_rest(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({4: errno.ECONNREFUSED}))
        ledger = Ledger()
        run = ledger.run(events(8))
        transport.start(run)
        assert letters(ledger.of(run)) == "sssmmmmm"

    async def test_a_refusal_at_the_first_send_fails_the_whole_run(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({0: errno.ECONNREFUSED}))
        ledger = Ledger()
        run = ledger.run(events(3))
        transport.start(run)
        assert letters(ledger.of(run)) == "mmm"

    async def test_a_pending_error_fails_the_last_event_of_the_run(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({}, pending=(errno.ECONNREFUSED,)))
        ledger = Ledger()
        run = ledger.run(events(4))
        transport.start(run)
        assert letters(ledger.of(run)) == "sssm"

    async def test_an_event_that_cannot_be_encoded_fails_alone_and_sends_nothing(self, scripted: Make) -> None:
        taken = ScriptedSocket({})
        transport, _ = scripted(taken)
        ledger = Ledger()
        bad = Event("E_TEST", (("n", 2), ("text", "\ud800")))
        one, two = events(2)
        run = ledger.run([bad, one, bad, two])
        transport.start(run)
        assert letters(ledger.of(run)) == "eses"
        assert [json.loads(sent)["params"]["n"] for sent in taken.sent] == [0, 1]

    async def test_the_event_before_is_the_one_that_was_sent(self, scripted: Make) -> None:
        """An event that could not be encoded was not sent; the refusal belongs to the one before it."""
        transport, _ = scripted(ScriptedSocket({2: errno.ECONNREFUSED}))
        ledger = Ledger()
        bad = Event("E_TEST", (("n", 2), ("text", "\ud800")))
        one, two, three = events(3)
        run = ledger.run([one, two, bad, three])
        transport.start(run)
        assert letters(ledger.of(run)) == "smem"

    async def test_an_oversize_event_fails_alone_and_says_how_much_fits(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({1: errno.EMSGSIZE}))
        ledger = Ledger()
        run = ledger.run(events(3))
        transport.start(run)
        assert letters(ledger.of(run)) == "ses"
        outcome = ledger.of(run)[1]
        assert outcome is not None
        assert "65507" in outcome.reason
        assert str(len('{"jsonrpc":"2.0","method":"E_TEST","params":{"n":1,"text":""}}')) in outcome.reason

    async def test_a_refusal_pending_behind_an_oversize_event_is_seen(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({2: errno.EMSGSIZE}, pending=(errno.ECONNREFUSED,)))
        ledger = Ledger()
        run = ledger.run(events(4))
        transport.start(run)
        assert letters(ledger.of(run)) == "smmm"

    async def test_the_socket_is_opened_anew_after_a_failure(self, scripted: Make) -> None:
        second = ScriptedSocket({})
        transport, left = scripted(ScriptedSocket({0: errno.ENETUNREACH}), second)
        ledger = Ledger()
        transport.start(ledger.run(events(1)))
        run = ledger.run(events(2))
        transport.start(run)
        assert letters(ledger.of(run)) == "ss"
        assert len(second.sent) == 2
        assert not left

    async def test_reopen_takes_a_new_socket(self, scripted: Make) -> None:
        transport, left = scripted(ScriptedSocket({}), ScriptedSocket({}))
        ledger = Ledger()
        transport.start(ledger.run(events(1)))
        await transport.reopen()
        transport.start(ledger.run(events(1)))
        assert not left
        assert ledger.is_complete

    async def test_a_run_started_by_an_outcome_in_mid_run_comes_behind_that_run(self, scripted: Make) -> None:
        taken = ScriptedSocket({1: errno.EMSGSIZE})
        transport, _ = scripted(taken)
        ledger = Ledger()
        first, second = ledger.run(events(3)), ledger.run(events(5), range(3, 5))
        note = first._handler

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            if outcome.fault is Fault.EVENT:
                transport.start(second)

        first._handler = settled
        transport.start(first)
        assert [json.loads(one)["params"]["n"] for one in taken.sent] == [0, 2, 3, 4]
        assert ledger.is_complete

    async def test_a_long_chain_of_runs_started_by_outcomes_needs_no_deep_stack(self, scripted: Make) -> None:
        taken = ScriptedSocket({})
        transport, _ = scripted(taken)
        ledger = Ledger()
        note = ledger._settled

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            if len(ledger.outcomes) < 5000:
                start()

        def start() -> None:
            run = ledger.run(events(1))
            run._handler = settled
            transport.start(run)

        start()
        assert len(taken.sent) == 5000
