"""Static files: one address for the whole tree, that changes when a file does."""

from __future__ import annotations

from pathlib import Path

from reprieve.config import assets


def tree(root: Path) -> Path:
    package = root / "reprieve"
    (package / "web" / "static" / "js").mkdir(parents=True)
    (package / "web" / "static" / "js" / "a.js").write_text("1")
    return package


def test_the_address_follows_the_content(tmp_path: Path) -> None:
    package = tree(tmp_path)
    before = assets.address(package)
    assert before == assets.address(package)
    assert before.startswith("/static/")
    assert before.endswith("/")
    (package / "web" / "static" / "js" / "a.js").write_text("2")
    changed = assets.address(package)
    assert changed != before
    (tmp_path / "package-lock.json").write_text("{}")
    assert assets.address(package) not in {before, changed}


def test_only_installed_packages_are_served(tmp_path: Path) -> None:
    package = tree(tmp_path)
    assert assets.folders(package) == []
    (tmp_path / "node_modules" / "uplot" / "dist").mkdir(parents=True)
    assert [prefix for prefix, _folder in assets.folders(package)] == ["vendor/uplot"]


def test_the_browser_may_keep_every_file() -> None:
    assert assets.never_changes("a.css", "/static/x/a.css")
