"""Notes, keys, checkpoints and cosignatures are read as their specifications say, and no looser."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.prove.memory import OTHER_WITNESS, SIGNER, WITNESS
from unhear.prove.errors import ProofError, ProofMalformed, ProofWrong
from unhear.prove.merkle import leaf_hash
from unhear.prove.notes import (
    Checkpoint,
    KeyKind,
    Note,
    SignatureLine,
    VerifierKey,
    decimal,
    verify_note,
)
from unhear.prove.proof import TlogProof

SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n"
    "\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3m"
    "FXmRKuwHjG1Yu72IneyaQM=\n"
)
"""The example at the end of C2SP signed-note."""

TEXT = str(Checkpoint(SIGNER.name, 1, leaf_hash(b"only")))
NOTE = SIGNER.sign(TEXT)


def test_the_specification_s_example_verifies() -> None:
    key = VerifierKey.parse(SPEC_KEY)
    note = Note.parse(SPEC_NOTE)
    assert verify_note(note, [key]) == {key: None}
    assert (str(key), str(note)) == (SPEC_KEY, SPEC_NOTE)


def test_an_altered_text_is_refused() -> None:
    note = Note.parse(SPEC_NOTE.replace("example m", "Example m"))
    with pytest.raises(ProofWrong):
        verify_note(note, [VerifierKey.parse(SPEC_KEY)])


def test_unknown_signatures_are_ignored_and_prove_nothing() -> None:
    witnessed = WITNESS.cosign(NOTE, 1_800_000_000)
    assert verify_note(witnessed, [SIGNER.verifier]) == {SIGNER.verifier: None}
    assert verify_note(witnessed, []) == {}
    same_name = VerifierKey(SIGNER.name, KeyKind.ED25519, WITNESS.verifier.public)
    assert verify_note(witnessed, [same_name]) == {}


def test_a_known_key_that_did_not_sign_spoils_the_note() -> None:
    line = NOTE.signatures[0]
    forged = SignatureLine(line.name, line.key_id, bytes(64))
    with pytest.raises(ProofWrong):
        verify_note(Note(TEXT, (line, forged)), [SIGNER.verifier])


def test_a_cosignature_covers_its_time_and_the_checkpoint() -> None:
    witnessed = WITNESS.cosign(WITNESS.cosign(NOTE, 1_700_000_000), 1_800_000_000)
    parsed = Note.parse(str(witnessed))
    assert verify_note(parsed, [WITNESS.verifier]) == {WITNESS.verifier: 1_700_000_000}
    line = witnessed.signatures[-1]
    later = (1_800_000_001).to_bytes(8) + line.signature[8:]
    for text, signature in ((TEXT, later), (TEXT.replace("\n1\n", "\n2\n"), line.signature)):
        moved = Note(text, (SignatureLine(line.name, line.key_id, signature),))
        with pytest.raises(ProofWrong):
            verify_note(moved, [WITNESS.verifier])
    beyond = WITNESS.cosign(NOTE, 2**62)
    with pytest.raises(ProofWrong, match="9999"):
        verify_note(beyond, [WITNESS.verifier])


def test_a_log_key_and_a_witness_key_are_not_taken_for_each_other() -> None:
    proof = TlogProof(0, (), OTHER_WITNESS.cosign(WITNESS.cosign(NOTE, 1), 2))
    log, first, second = SIGNER.verifier, WITNESS.verifier, OTHER_WITNESS.verifier
    assert proof.verify(b"only", log, [first, second]).witnesses == {first: 1, second: 2}
    twin = VerifierKey("twin.example", KeyKind.COSIGNATURE, first.public)
    plain = VerifierKey(first.name, KeyKind.ED25519, first.public)
    for keys in ((first, []), (log, [log]), (log, [plain]), (log, [first, twin])):
        with pytest.raises(ProofWrong, match="key"):
            proof.verify(b"only", keys[0], keys[1])
    with pytest.raises(ValueError, match="cosignatures"):
        WITNESS.sign(TEXT)
    with pytest.raises(ValueError, match="signatures"):
        SIGNER.cosign(NOTE, 1)


@pytest.mark.parametrize("text", ["no newline", "tab\tin it\n", "half a pair \ud800\n"])
def test_only_plain_lines_are_signed(text: str) -> None:
    with pytest.raises(ValueError, match="plain lines"):
        SIGNER.sign(text)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        SPEC_KEY.replace("530d903a", "530D903A"),
        SPEC_KEY.replace("530d903a", "530d903b"),
        SPEC_KEY.replace("example", "exampl\u00a0e"),
        SPEC_KEY.replace("example.com/foo", ""),
        SPEC_KEY.replace("AekyeRrm", "\ud800"),
        SPEC_KEY + "=",
        SPEC_KEY[:-4],
        "\ud800+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_a_mistyped_key_is_refused(key: str) -> None:
    with pytest.raises(ProofMalformed):
        VerifierKey.parse(key)


PRIME = 2**255 - 19
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


@pytest.mark.parametrize("y", [0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8])
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_key_in_whose_name_anybody_can_sign_is_refused(y: int, sign: int) -> None:
    public = (y | sign).to_bytes(32, "little")
    weak = Ed25519PublicKey.from_public_bytes(public)
    made_up = (1).to_bytes(32, "little") + bytes(32)
    assert any(_verifies(weak, made_up, bytes([n])) for n in range(256))
    with pytest.raises(ProofMalformed, match="anybody"):
        VerifierKey("log.example", KeyKind.ED25519, public)


def test_a_key_that_is_not_written_canonically_is_refused() -> None:
    with pytest.raises(ProofMalformed, match="anybody"):
        VerifierKey("log.example", KeyKind.ED25519, (PRIME + 2).to_bytes(32, "little"))


def _verifies(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\u2014 ", "- "),
        ("\u2014 ", "\u2014  "),
        ("\u2014 example.com/foo ", "\u2014 "),
        ("\u2014 example.com/foo", "\u2014 example.com+foo"),
        ("\u2014 example.com/foo", "\u2014 example.com\u2003foo"),
        ("aQM=\n", "aQM="),
        ("aQM=\n", "aQN=\n"),
        ("aQM=\n", "aQM\n"),
        ("\n\n", "\n"),
        ("message", "mess\tage"),
        ("message", "mess\x00age"),
        ("message", "mess\ud800age"),
        ("Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHj", ""),
    ],
)
def test_a_note_that_is_not_written_exactly_is_refused(old: str, new: str) -> None:
    assert old in SPEC_NOTE
    with pytest.raises(ProofError):
        verify_note(Note.parse(SPEC_NOTE.replace(old, new)), [VerifierKey.parse(SPEC_KEY)])


def test_sixteen_signatures_are_read_and_a_thousand_are_not() -> None:
    line = NOTE.signatures[0]
    assert len(Note.parse(str(Note(TEXT, (line,) * 16))).signatures) == 16
    with pytest.raises(ProofMalformed):
        Note.parse(str(Note(TEXT, (line,) * 1000)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        TEXT.replace("\n1\n", "\n01\n"),
        TEXT.replace("\n1\n", "\n-1\n"),
        TEXT.replace("\n1\n", "\n\u0661\n"),
        TEXT.replace("\n1\n", "\n9223372036854775808\n"),
        TEXT.replace("\n1\n", "\n\n"),
        TEXT.rstrip("\n"),
        TEXT + "\n",
        TEXT + "no newline",
        TEXT[:-6] + "\n",
    ],
)
def test_a_checkpoint_that_is_not_written_exactly_is_refused(text: str) -> None:
    with pytest.raises(ProofMalformed):
        Checkpoint.parse(text)


def test_extension_lines_of_a_checkpoint_are_read_past() -> None:
    assert Checkpoint.parse(TEXT + "more\n") == Checkpoint.parse(TEXT)


@given(st.integers(0, 2**63 - 1))
def test_numbers_survive(number: int) -> None:
    assert decimal(str(number)) == number


@given(st.text())
def test_any_text_is_a_note_or_refused_with_one_kind_of_error(text: str) -> None:
    for read in (Note.parse, VerifierKey.parse, Checkpoint.parse, TlogProof.parse):
        with pytest.raises(ProofMalformed):
            read(text)


def test_a_proof_may_carry_extra_data_that_is_not_trusted() -> None:
    text = str(TlogProof(0, (), NOTE))
    with_extra = text.replace("\nindex", "\nextra AAAA\nindex", 1)
    assert TlogProof.parse(with_extra) == TlogProof.parse(text)
    for wrong in (
        text.replace("\nindex", "\nextra AAA\nindex", 1),
        text.replace("index 0", "index 00"),
        text.replace("index 0", "index 0\nAAAA"),
        text.replace("tlog-proof@v1", "tlog-proof@v2"),
        text.replace("index 0\n", ""),
    ):
        with pytest.raises(ProofMalformed):
            TlogProof.parse(wrong)
