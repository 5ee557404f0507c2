"""Authors and journals under the names that different exports give them."""

from __future__ import annotations

import pytest

from syncd.matching.containers import fold_container, is_same_container
from syncd.matching.people import Authors, compare_authors, fold_authors, is_same_person

TEAM = ("Aasen, Kari", "Bråten, Ole", "Chen, Mei")


@pytest.mark.parametrize(
    ("other", "agreement"),
    [
        (TEAM, Authors.SAME),
        (("Aasen, K.", "Braten, O.", "Chen, M."), Authors.SAME),
        (("Kari, Aasen", "Ole, Bråten", "Mei, Chen"), Authors.SAME),
        (("Aasen K", "Braten O", "Chen M"), Authors.SAME),
        (("Aasen, K.", "et al."), Authors.CUT),
        (("Aasen, K.", "Bråten, O."), Authors.CUT),
        (("Aasen, K.", "Zorn, Ada"), Authors.SAME_FIRST),
        (("Bråten, Ole", "Aasen, Kari"), Authors.SHARED),
        (("Dumont, Luc",), Authors.DIFFERENT),
        (("Aasen, Roger",), Authors.DIFFERENT),
        (("Anonymous",), Authors.UNKNOWN),
        ((), Authors.UNKNOWN),
        (("陈 美",), Authors.UNKNOWN),
    ],
)
def test_authors_agree_as_far_as_their_names_do(other: tuple[str, ...], agreement: Authors) -> None:
    left, right = fold_authors(TEAM), fold_authors(other)

    assert compare_authors(left, right) is agreement
    assert compare_authors(right, left) is agreement


def test_a_name_that_is_one_mans_family_and_the_others_given_makes_no_one_person() -> None:
    assert not is_same_person("wang,lei", "lei,chen")
    assert is_same_person("wang,lei", "lei,wang")


def test_names_in_cyrillic_and_latin_letters_are_compared() -> None:
    left, right = fold_authors(["АЗЬМУК, Н. А."]), fold_authors(["Azmuk, N A"])

    assert compare_authors(left, right) is Authors.SAME


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Journal of Invented Hydrology", "J Invent Hydrol", True),
        ("Journal of Invented Hydrology", "Journal of invented hydrology : a club", True),
        ("Proceedings of the Natl Ice Congress", "Proceedings of the National Ice Congress", True),
        ("BMJ (Clinical research ed.)", "BMJ", True),
        ("JAMA", "Journal of the American Medical Association", True),
        ("Obstetrics & Gynecology", "Obstetrics and Gynecology", True),
        ("Ice. Conference: 3rd Congress of Ice", "Ice", True),
        ("Glaciology Supplements", "Glaciology", True),
        ("Diabetes", "Diabetes Care", False),
        ("Stroke", "Canadian Journal of Neurological Sciences", False),
        ("ICIS : Transforming Ice", "International Conference on Ice Systems", True),
        ("ClinicalTrials.gov NCT00000001", "https://clinicaltrials.gov/show/NCT00000002", False),
        ("", "Ice", None),
        ("Unknown", "Ice", None),
    ],
)  # fmt: skip
def test_containers_are_one_under_full_and_short_names(
    one: str, other: str, same: bool | None
) -> None:
    left, right = fold_container(one), fold_container(other)

    assert is_same_container(left, right) is same
    assert is_same_container(right, left) is same
