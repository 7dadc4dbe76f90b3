"""Draw shares as an SVG that reads well on light and dark pages."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

WIDTH, ACROSS, LEFT = 640, 300, 190
HEAD, GROUP, ROW = 44, 30, 28
COLOURS = ("#64748b", "#10b981", "#94a3b8")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #334155 }
.title { font-size: 15px; font-weight: 600 }
.group { font-weight: 600 }
.whole { fill: #94a3b8; fill-opacity: .25 }
@media (prefers-color-scheme: dark) { text { fill: #e2e8f0 } }
"""

Shares = Mapping[str, tuple[int, int]]
"""By name: so many, of so many."""


def share_bars(title: str, note: str, groups: Mapping[str, Shares]) -> str:
    """Answer a chart of groups of named shares, one bar each."""
    parts, y = [f'<text class="title" x="16" y="26">{escape(title)}</text>'], HEAD
    for group, shares in groups.items():
        parts.append(f'<text class="group" x="16" y="{y + 16}">{escape(group)}</text>')
        parts += _bars(shares, y + GROUP)
        y += GROUP + ROW * len(shares)
    parts.append(f'<text x="16" y="{y + 20}">{escape(note)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 36}" role="img" '
        f"aria-label={quoteattr(title)}><style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _bars(shares: Shares, y: int) -> Iterator[str]:
    for number, (name, (some, whole)) in enumerate(shares.items()):
        top = y + number * ROW
        width = ACROSS * some / whole
        colour = COLOURS[number % len(COLOURS)]
        yield (
            f'<text x="{LEFT - 10}" y="{top + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="whole" x="{LEFT}" y="{top}" width="{ACROSS}" height="20" rx="3"/>'
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="20" rx="3" fill="{colour}"/>'
            f'<text x="{LEFT + ACROSS + 10}" y="{top + 15}">{some / whole:.0%} '
            f"({some} of {whole})</text>"
        )
