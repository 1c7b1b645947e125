"""What an engine's programs are configured by is right for any folder, and in any language."""

import json
import re
import subprocess

import pytest

from docksim.engine.measurement.runtime_calls import runtime_calls
from docksim.engine.private import settings
from docksim.engine.private.settings import write_registry, write_wrapper


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / """an engine's $HOME: "größer", #1"""
    folder.mkdir()
    return folder


def test_the_registry_is_told_its_folder(folder):
    write_registry(folder / "registry.yml", folder / "registry")
    (told,) = re.findall(r"rootdirectory: (.*)}", (folder / "registry.yml").read_text())
    assert json.loads(told) == str(folder / "registry")  # YAML quotes as JSON does


def test_the_runtime_notes_its_calls(folder, monkeypatch):
    runtime = folder / "runc"
    runtime.write_text('#!/bin/sh\necho "called: $*"; exit 3\n')
    runtime.chmod(0o755)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")  # its decimal mark is a comma
    monkeypatch.setattr(settings, "binary", lambda name: str(folder / name))
    write_wrapper(folder / "timed-runc", folder / "runtime.log")
    done = subprocess.run([folder / "timed-runc", "create", "x"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "called: create x\n")
    (call,) = runtime_calls(folder / "runtime.log", 0.0).itertuples()
    assert (call.call, call.code) == ("create", 3)
