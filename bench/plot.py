"""Draw measurements as an SVG that reads well on light and dark pages."""

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 40, 50
COLOURS = ("#3b82f6", "#f59e0b", "#10b981", "#a855f7", "#ef4444", "#64748b")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #334155 }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #94a3b8; stroke-opacity: .35 }
@media (prefers-color-scheme: dark) { text { fill: #e2e8f0 } }
"""

Points = Sequence[tuple[float, float]]


def lines(title: str, x_label: str, y_label: str, series: Mapping[str, Points]) -> str:
    """Answer a chart of named lines over a logarithmic x axis, y from 0; all values positive."""
    xs = sorted({x for points in series.values() for x, _ in points})
    top = _nice(max(y for points in series.values() for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        span = math.log10(xs[-1] / xs[0]) or 1
        across = LEFT + (WIDTH - LEFT - RIGHT) * math.log10(x / xs[0]) / span
        return across, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top

    parts = [f'<text class="title" x="{LEFT}" y="22">{title}</text>']
    for step in range(5):
        y = place(xs[0], top * step / 4)[1]
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * step / 4:g}</text>'
        )
    for x in xs:
        across, y = place(x, 0)
        parts.append(
            f'<text x="{across:.1f}" y="{y + 18:.1f}" text-anchor="middle">{x:,.0f}</text>'
        )
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}">{x_label}; {y_label}</text>')
    for colour, (name, points) in zip(COLOURS, series.items(), strict=False):
        placed = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        end_x, end_y = placed[-1]
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
            + "".join(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in placed
            )
            + f'<text x="{end_x + 10:.1f}" y="{end_y + 4:.1f}" style="fill:{colour}">{name}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def _nice(highest: float) -> float:
    """Answer a round number a little above `highest`."""
    power = 10.0 ** math.floor(math.log10(highest))
    return next(power * step for step in (1, 2, 4, 8, 10) if power * step >= highest)


def bars(title: str, note: str, shares: Mapping[str, float]) -> str:
    """Answer a chart of named shares (0 to 1), one bar each, with their percentages."""
    height, left, across = 30, 230, 300
    total = 60 + height * len(shares)
    parts = [f'<text class="title" x="16" y="26">{title}</text>']
    for number, (name, share) in enumerate(shares.items()):
        y = 44 + number * height
        colour = COLOURS[2] if share == 0 else COLOURS[4]
        parts.append(
            f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">{name}</text>'
            f'<rect x="{left}" y="{y}" width="{max(across * share, 3):.1f}" height="20" rx="3" '
            f'fill="{colour}"/>'
            f'<text x="{left + across * share + 10:.1f}" y="{y + 15}">{share:.0%}</text>'
        )
    parts.append(f'<text x="16" y="{total - 4}">{note}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total + 8}" role="img" '
        f'aria-label="{title}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def stages(title: str, names: Sequence[str], shares: Mapping[str, Sequence[float]]) -> str:
    """Answer a chart of shares (0 to 1) that change from stage to stage, one line each."""
    across, down = (WIDTH - LEFT - RIGHT) / (len(names) - 1), HEIGHT - TOP - BOTTOM
    parts = [f'<text class="title" x="{LEFT}" y="22">{title}</text>']
    for step in range(5):
        y = HEIGHT - BOTTOM - down * step / 4
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step / 4:.0%}</text>'
        )
    parts += [
        f'<text x="{LEFT + across * number:.1f}" y="{HEIGHT - BOTTOM + 20}" '
        f'text-anchor="middle">{name}</text>'
        for number, name in enumerate(names)
    ]
    for number, (colour, (name, line)) in enumerate(zip(COLOURS, shares.items(), strict=False)):
        places = [
            (LEFT + across * n, HEIGHT - BOTTOM - down * share) for n, share in enumerate(line)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
            + "".join(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places
            )
            + f'<text x="{WIDTH - RIGHT + 14}" y="{TOP + 16 + 22 * number}" '
            f'style="fill:{colour}">{name}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )
