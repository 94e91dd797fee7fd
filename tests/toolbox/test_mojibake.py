"""Garbled text is read as it was meant; honest text is never touched."""

import random

import pytest
from ftfy.badness import is_bad

from toolbox.mojibake import _FAR_FROM_IT, PAGES, repair


@pytest.mark.parametrize(
    ("came", "meant"),
    [
        ("Senior Developer at Basalt Health πŸ†•", "Senior Developer at Basalt Health 🆕"),
        ("Michal MlΓ‘dek", "Michal Mládek"),
        ("Python β€’ AWS β€’ LLM", "Python • AWS • LLM"),
        ("# πŸ’₯ Before the transaction", "# 💥 Before the transaction"),
        ("πŸ›\xa0οΈ Wagtail 7.1.2", "🛠\ufe0f Wagtail 7.1.2"),
        ("β˜€οΈ in Athens πŸ‡¬πŸ‡·", "☀\ufe0f in Athens 🇬🇷"),
        ("πŸ§‘β€πŸ’» Partner with us", "🧑\u200d💻 Partner with us"),
        ("πŸ– Holidays πŸš€", "\ufffd Holidays 🚀"),
        ("cafΓ© und wΓ€hlen", "café und wählen"),
        ("donâ€™t, “quoted” by the page around it", "don’t, “quoted” by the page around it"),
        ("donâ\x80\x99t", "don’t"),
        ("Ã©tÃ©", "été"),
        ("grÃ¶ÃŸte Ãœbung", "größte Übung"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("ΠΌΠ° is left, πŸš€", "ма is left, 🚀"),
    ],
)
def test_it_reads_what_was_meant(came: str, meant: str) -> None:
    assert repair(came) == meant
    assert repair(meant) == meant, "once is enough"


@pytest.mark.parametrize("page", ["cp1252", "latin-1", "cp1251", "mac-roman", "iso-8859-7"])
@pytest.mark.parametrize("meant", ["Žluťoučký kůň – “ahoj”", "naïve café, 10 € – ça va…"])
def test_it_knows_the_code_pages_that_do_this(page: str, meant: str) -> None:
    came = "".join(
        bytes([b]).decode(page, "ignore") or bytes([b]).decode("cp1252", "ignore") or chr(b)
        for b in meant.encode()
    )

    assert came != meant
    assert repair(came) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Γειά σου Κόσμε: «Το ΝΑΤΟ», είπε ο Α’ – και έφυγε…",
        "Η Β’ έκδοση του β€ κοστίζει 5€",
        "Привет, мир! «Война и мир» — роман…",
        "Ђорђе Ћосић и Љубица: „Ња“",
        "« Liberté\xa0», a-t-il crié\xa0! Été à\xa0: « déjà\xa0»",
        "Ça coûte 10\xa0€ à\xa0Orléans… où\xa0?",
        "SÃO PAULO, Ângela; § 5 AGB",
        "Größe ± 5\xa0µm, 20\xa0°C",
        "the Δ’s of 3, 10 Ω±5 %, and π… “Angular β…”",
        "α’ and β”: two letters",
        "日本語のブログ「テスト」",
        "Tiếng Việt: “Đà Nẵng”",
        "🆕 already, and • too",
        "plain",
        "",
    ],
)
def test_it_leaves_honest_text_alone(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize("seed", range(100))
def test_what_is_far_from_any_such_letter_does_not_decide(seed: int) -> None:
    dice, letters = random.Random(seed), "äÖéß…–™œ°Ãа›中 "
    said = ""
    for _ in range(8):
        odd = "".join(dice.choices(letters, k=dice.randint(1, 3)))
        odd = odd.encode().decode(dice.choice(PAGES), "ignore") if dice.random() < 0.2 else odd
        said += odd + "".join(dice.choices("abZ .,?\n", k=dice.randint(0, 12)))
    assert is_bad(_FAR_FROM_IT.sub(r"\1\2", said)) == is_bad(said)
