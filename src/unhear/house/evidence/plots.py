"""Counts as bars: SVG that stands in a page, reads well on light and dark, and prints."""

from collections.abc import Mapping
from html import escape

WIDTH, LEFT, ACROSS = 560, 190, 300
HEAD, ROW, BAR = 34, 26, 18


def bars(title: str, counts: Mapping[str, int]) -> str:
    """Answer a chart with one bar a count, with its number beside it."""
    most = max(counts.values(), default=0) or 1
    parts = [f'<text class="title" x="0" y="18">{escape(title)}</text>']
    for number, (name, count) in enumerate(counts.items()):
        top = HEAD + number * ROW
        width = max(ACROSS * count / most, 1) if count else 0
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" rx="3"/>'
            f'<text x="{LEFT + width + 8:.1f}" y="{top + 14}">{count}</text>'
        )
    height = HEAD + max(len(counts), 1) * ROW
    said = ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}: {escape(said)}">{"".join(parts)}</svg>'
    )
