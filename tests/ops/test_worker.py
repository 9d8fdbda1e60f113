"""The worker ends loudly when one of its loops does, and the supervisor starts it again."""

import sys
import threading
import time
from pathlib import Path

from ops import worker
from ops.supervisor import Supervisor


def until_stopped(stop: threading.Event) -> None:
    stop.wait()


def test_all_loops_run_until_they_are_told_to_stop() -> None:
    stop, begun = threading.Event(), threading.Barrier(3)

    def loop(stop: threading.Event) -> None:
        begun.wait(5)
        stop.wait()

    timer = threading.Thread(target=lambda: (begun.wait(5), stop.set()))
    timer.start()
    assert worker.run({"one": loop, "two": loop}, stop) == 0
    timer.join()


def test_a_loop_that_fails_ends_the_process_instead_of_dying_in_silence() -> None:
    def fails(stop: threading.Event) -> None:
        raise ValueError("poison")

    assert worker.run({"good": until_stopped, "bad": fails}, threading.Event()) == 1


def test_a_loop_that_just_returns_is_a_failure_too() -> None:
    assert worker.run({"good": until_stopped, "short": lambda stop: None}, threading.Event()) == 1


def test_the_supervisor_starts_a_worker_again_and_stops_it_for_good(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    program = f"open({str(marks)!r}, 'a').write('x')"
    supervisor = Supervisor([sys.executable, "-c", program], {})
    deadline = time.monotonic() + 120
    while (not marks.exists() or len(marks.read_text()) < 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    supervisor.close()
    seen = len(marks.read_text())
    assert seen >= 2
    time.sleep(0.2)
    assert len(marks.read_text()) == seen
