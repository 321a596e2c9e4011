from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from automl.errors import RunError
from automl.store import Home, RunFolder, is_id
from automl.store.files import append_json_line, read_json_lines, replacing, write_json
from automl.store.lock import hold, is_held

SPEC = {"version": 1, "created": 1.0, "budget": 60.0}
HOLDER = "import sys, time\nfrom pathlib import Path\nfrom automl.store.lock import hold\n"
HOLDER += "with hold(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", SPEC)


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})

    def fail_half_way() -> None:
        with replacing(path) as stream:
            stream.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_half_way()
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"nan": float("nan")})
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == '{\n "old": 1\n}'


def test_lines_of_concurrent_writers_do_not_mix_and_a_cut_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    threads = [
        threading.Thread(
            target=lambda w=w: [append_json_line(path, {"w": w, "i": i, "x": "y" * 500}) for i in range(50)]
        )
        for w in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(line["w"], line["i"]) for line in read_json_lines(path)}) == 400
    with path.open("a") as stream:
        stream.write('{"w": 9')
    assert len(read_json_lines(path)) == 400


def test_the_lock_is_free_as_soon_as_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    process = holder(path)
    assert is_held(path)
    with pytest.raises(RunError, match="Another process"), hold(path, wait=0.1):
        pass
    end(process)
    assert not is_held(path)
    with hold(path):
        assert is_held(path)


def test_looking_at_the_lock_does_not_keep_a_worker_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    stop = threading.Event()
    looker = threading.Thread(target=lambda: [is_held(path) for _ in iter(stop.is_set, True)])
    looker.start()
    try:
        for _ in range(50):
            with hold(path):
                pass
    finally:
        stop.set()
        looker.join()


def test_a_dead_worker_shows_as_interrupted(folder: RunFolder) -> None:
    assert folder.status["state"] == "queued"
    folder.set_status("searching", trials=3)
    assert folder.status["state"] == "interrupted"
    process = holder(folder.path / "lock")
    assert folder.status == {**folder.status, "state": "searching", "trials": 3}
    end(process)
    assert folder.status["state"] == "interrupted"
    folder.set_status("finished")
    assert folder.status["state"] == "finished"


def test_a_run_that_a_worker_holds_is_not_deleted(folder: RunFolder) -> None:
    process = holder(folder.path / "lock")
    with pytest.raises(RunError):
        folder.delete()
    end(process)
    folder.delete()
    assert not folder.path.exists()


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".hidden", "a" * 101, "a\n", "a\0"])
def test_ids_are_never_paths(name: str, folder: RunFolder) -> None:
    assert not is_id(name)
    with pytest.raises(RunError):
        Home(folder.path).run(name)
    with pytest.raises(RunError):
        folder.trial_path(name, ".json")


def test_home_lists_the_newest_run_first(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.runs() == []
    for name in ("Älter & co.csv", "newer"):
        path = home.new_run_path(name)
        assert is_id(path.name)
        RunFolder.create(path, SPEC)
        time.sleep(1.1)  # ids sort by the second
    assert ["newer" in run.id for run in home.runs()] == [True, False]
    assert home.run(home.runs()[0].id).spec == SPEC
    with pytest.raises(RunError, match="no run"):
        home.run("unknown")
