"""Registry numbers wherever they stand, and addresses without what differs between two visits."""

from __future__ import annotations

import pytest

from syncd.identity import find_trial_numbers, normal_address


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("https://clinicaltrials.gov/study/NCT05550001?tab=1", ("nct05550001",)),
        ("ISRCTN 55500012", ("isrctn55500012",)),
        ("ISRCTN55500012 and NCT05550001, NCT05550001", ("isrctn55500012", "nct05550001")),
        ("EudraCT number: 2011-005551-22", ("eudract2011-005551-22",)),
        ("EUCTR2011-005551-22-NL", ("eudract2011-005551-22",)),
        ("DRKS00005551", ("drks00005551",)),
        ("JPRN-UMIN000005551", ("umin000005551",)),
        ("UMIN000005551", ("umin000005551",)),
        ("ACTRN12611000555123", ("actrn12611000555123",)),
        ("ChiCTR-TRC-11005551", ("chictrtrc11005551",)),
        ("CTRI/2011/05/005551", ("ctri/2011/05/005551",)),
        ("NTR5551", ("ntr5551",)),
        ("NCT 05550001", ("nct05550001",)),
        ("registered as NTR 5551", ("ntr5551",)),
        ("KCT 0005551", ("kct0005551",)),
        ("NCT0555000", ()),
        ("NCT055500011", ()),
        ("control 5551", ()),
        ("", ()),
    ],
)
def test_registry_numbers_are_found(text: str, numbers: tuple[str, ...]) -> None:
    assert find_trial_numbers(text) == numbers


@pytest.mark.parametrize(
    "number",
    [
        "NCT05550001", "NCT:05550001", "ISRCTN55500012", "EudraCT: 2011-005551-22",
        "EUCTR2011-005551-22-NL", "EUCT 2022-500555-12", "CTIS2022-500555-12", "2011-005551-22",
        "DRKS00005551", "ACTRN12611000555123p", "ChiCTR-TRC-11005551", "ChiCTR2000005551",
        "CTRI/2011/05/005551", "IRCT2013010105551N1", "JPRN-UMIN000005551", "jRCT2031180005",
        "jRCTs031180005", "JapicCTI-205551", "KCT0005551", "NTR5551", "NL5551",
        "PACTR201105000555123", "RBR-5abc12", "CRD42011005551", "U1111-1155-5512",
        "ITMCTR2011000555", "HKUCTR-555", "NMRR-11-555-5551", "JMA-IIA00555", "REec-2011-0555",
        "TCTR20110005551", "SLCTR/2011/005", "LBCTR2011005551", "PER-055-11", "RPCEC00005551",
    ],
)  # fmt: skip
def test_the_numbers_of_every_register_are_found_in_letters_of_any_size(number: str) -> None:
    [found] = find_trial_numbers(f"see {number}.")

    for written in (number.lower(), number.upper(), number.title()):
        assert find_trial_numbers(f"see {written}.") == (found,)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.tide.example/how/?utm_source=mail&b=2&a=1#top", "tide.example/how?a=1&b=2"),
        ("http://tide.example/how/index.html", "tide.example/how"),
        ("https://tide.example/app#/page/2", "tide.example/app#/page/2"),
        ("tide.example/how", "tide.example/how"),
        ("https://youtu.be/AbC1", "youtube.com/watch?v=AbC1"),
        ("https://m.youtube.com/watch?t=5&v=AbC1", "youtube.com/watch?v=AbC1"),
        ("https://web.archive.org/web/2014/http://tide.example/how", "tide.example/how"),
        ("https://tide.example/how;jsessionid=77", "tide.example/how"),
        ("https://doi.org/10.5555/owl.1", ""),
        ("https://www.scopus.com/inward/record.uri?eid=2", ""),
        ("", ""),
        ("http://[tide", "http://[tide"),
    ],
)
def test_addresses_of_one_page_are_equal(url: str, address: str) -> None:
    assert normal_address(url) == address
