"""The tests mirror the sources: `engine/a/b.py` is tested by `tests/engine/a/test_b.py`, or by some `test_b_*.py`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
WITHOUT_TESTS = ROOT / "tests" / "without_tests.txt"
PACKAGES = ("engine", "tui")
NOT_LOOKED_AT = ("__init__.py", "__main__.py")
"""What is only a package's door: imports and a call."""


def sources() -> set[Path]:
    """Every module that should have a test file, relative to the root."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT) for path in found if path.name not in NOT_LOOKED_AT}


def is_tested(source: Path) -> bool:
    """Whether a test file stands at the mirrored place."""
    place = ROOT / "tests" / source.parent
    return (place / f"test_{source.name}").is_file() or any(place.glob(f"test_{source.stem}_*.py"))


def listed() -> list[Path]:
    """The modules that are known to have no test file of their own."""
    lines = WITHOUT_TESTS.read_text().splitlines()
    return [Path(line) for line in lines if line and not line.startswith("#")]


def test_each_module_has_a_test_file_of_its_own_or_is_on_the_list() -> None:
    missing = {path for path in sources() if not is_tested(path)} - set(listed())
    files = sorted(f"tests/{path.parent}/test_{path.name}" for path in missing)
    assert not missing, "\n".join(["write these, or move the tests there that are about the module:", *files])


def test_the_list_only_shrinks() -> None:
    gone = [path for path in listed() if not (ROOT / path).is_file()]
    tested = [path for path in listed() if is_tested(path)]
    lines = [f"{path} (there is no such module)" for path in gone]
    lines += [f"{path} (it has a test file now)" for path in tested]
    assert not lines, "\n".join([f"take these lines out of {WITHOUT_TESTS.relative_to(ROOT)}:", *lines])


def test_the_list_is_in_order_and_names_nothing_twice() -> None:
    assert listed() == sorted(set(listed()))
