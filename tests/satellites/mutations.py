"""What a stranger may send in place of what a device sends: bytes changed, cut, doubled, lost."""

from collections.abc import Sequence

from hypothesis import strategies as st

EDITS_MAX = 8


@st.composite
def mutated(draw: st.DrawFn, messages: Sequence[bytes]) -> bytes:
    """Answer some of these messages in any order, changed here and there, perhaps cut short."""
    chosen = draw(st.lists(st.sampled_from(messages), min_size=1, max_size=12))
    data = bytearray(b"".join(chosen))
    for _ in range(draw(st.integers(0, EDITS_MAX))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        edit = draw(st.sampled_from(["change", "lose", "double", "insert", "end"]))
        length = draw(st.integers(1, 16))
        if edit == "change":
            data[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif edit == "lose":
            del data[at : at + length]
        elif edit == "double":
            data[at:at] = data[at : at + length]
        elif edit == "insert":
            data[at:at] = draw(st.binary(max_size=64))
        else:
            del data[at:]
    return bytes(data)
