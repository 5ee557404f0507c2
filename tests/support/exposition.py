"""Reads the text format of Prometheus, and objects to whatever it does not allow."""

from __future__ import annotations

import re

_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
_SAMPLE = re.compile(rf"([a-z_]+)(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? (-?[0-9.e+-]+)")
_PARTS = re.compile("_(?:sum|count)$")


def read_samples(text: str) -> dict[str, float]:
    """Return each sample's value by its name with its labels, as written."""
    samples: dict[str, float] = {}
    helped: set[str] = set()
    kinds: dict[str, str] = {}
    current = ""
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split()[2]
            assert current not in helped, f"{current} comes twice"
            helped.add(current)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == current, f"{name} has no help"
            kinds[name] = kind
        else:
            found = _SAMPLE.fullmatch(line)
            assert found, f"no sample: {line}"
            name = found[1]
            of = _PARTS.sub("", name) if kinds[current] == "summary" else name
            assert of == current, f"{name} stands below {current}"
            assert (kinds[current] == "counter") == name.endswith("_total")
            key = f"{name}{{{found[2]}}}" if found[2] else name
            assert key not in samples, f"{key} comes twice"
            samples[key] = float(found[3])
    return samples
