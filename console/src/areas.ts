// Draw what a camera may not see, and where it watches, on what it shows now. The numbers are what is
// saved, and do without the picture and the pointer too.

import { api } from "./api";
import { action } from "./elements";
import { whenGone } from "./gone";
import { textOf } from "./problem";
import { say } from "./words";

const EDGES = ["left", "top", "right", "bottom"] as const;
const SVG = "http://www.w3.org/2000/svg";
const SMALLEST_PERCENT = 1;

type Edge = (typeof EDGES)[number];
type Place = { x: number; y: number };
export type Edges = Record<Edge, number>;

export function areas(form: HTMLElement): void {
  new Areas(form as HTMLFormElement);
}

class Areas {
  private readonly rows: HTMLElement;
  private readonly blank: HTMLElement;
  private readonly drawing = document.createElementNS(SVG, "svg");
  private from: Place | null = null;
  private url = "";

  constructor(private readonly form: HTMLFormElement) {
    this.rows = this.part("rows");
    this.blank = this.rows.lastElementChild!.cloneNode(true) as HTMLElement;
    this.part("begin").hidden = false;
    this.part("show").onclick = () => void this.show();
    this.part("rows").after(this.adder());
    this.rows.querySelectorAll<HTMLElement>("[data-area]").forEach((row) => this.equip(row));
    this.form.addEventListener("input", () => this.draw());
    this.drawing.setAttribute("viewBox", "0 0 100 100");
    this.drawing.setAttribute("preserveAspectRatio", "none");
    this.drawing.addEventListener("pointerdown", (event) => this.begin(event));
    this.drawing.addEventListener("pointermove", (event) => this.move(event));
    this.drawing.addEventListener("pointerup", () => (this.from = null));
    this.drawing.addEventListener("pointercancel", () => (this.from = null));
    whenGone(form, () => URL.revokeObjectURL(this.url));
  }

  private adder(): HTMLElement {
    const place = document.createElement("div");
    place.className = "actions";
    const button = action(say("areas_add"), () => this.add().querySelector("select")!.focus());
    button.className = "quiet";
    place.append(button);
    return place;
  }

  // The picture is seen live: after a fresh proof of who one is, and stated.
  private async show(): Promise<void> {
    const problem = this.form.querySelector<HTMLElement>("[data-problem]")!;
    problem.textContent = "";
    try {
      const picture = await api.picture(this.form.dataset.camera ?? "");
      URL.revokeObjectURL(this.url);
      this.url = URL.createObjectURL(picture);
      const image = document.createElement("img");
      image.alt = say("areas_picture");
      image.src = this.url;
      this.part("canvas").replaceChildren(image, this.drawing);
      this.part("drawing").hidden = false;
      this.part("begin").hidden = true;
      this.draw();
    } catch (error) {
      problem.textContent = textOf(error);
    }
  }

  private add(): HTMLElement {
    const row = this.blank.cloneNode(true) as HTMLElement;
    this.rows.append(row);
    this.equip(row);
    return row;
  }

  private equip(row: HTMLElement): void {
    const remove = row.querySelector<HTMLButtonElement>("[data-part=remove]")!;
    remove.hidden = false;
    remove.onclick = () => {
      row.remove();
      this.draw();
    };
  }

  private begin(event: PointerEvent): void {
    event.preventDefault();
    this.drawing.setPointerCapture(event.pointerId);
    this.from = this.place(event);
    const last = this.rows.lastElementChild as HTMLElement | null;
    const row = last !== null && edgesOf(last) === null ? last : this.add();
    const kind = this.form.querySelector<HTMLInputElement>("[name=drawn]:checked")!.value;
    row.querySelector<HTMLSelectElement>("[name=kind]")!.value = kind;
    this.rows.append(row);
  }

  private move(event: PointerEvent): void {
    if (this.from === null) return;
    const drawn = between(this.from, this.place(event));
    const row = this.rows.lastElementChild as HTMLElement;
    for (const edge of EDGES) field(row, edge).value = drawn === null ? "" : String(drawn[edge]);
    this.draw();
  }

  private place(event: PointerEvent): Place {
    const { left, top, width, height } = this.drawing.getBoundingClientRect();
    return {
      x: ((event.clientX - left) / width) * 100,
      y: ((event.clientY - top) / height) * 100,
    };
  }

  private draw(): void {
    const shapes = [...this.rows.querySelectorAll<HTMLElement>("[data-area]")].flatMap((row) => {
      const edges = edgesOf(row);
      return edges === null ? [] : [shape(edges, row.querySelector("select")!.value)];
    });
    this.drawing.replaceChildren(...shapes);
  }

  private part(name: string): HTMLElement {
    return this.form.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }
}

// The area between two corners, in percent with one digit, as far as it lies in the picture; null
// for what is hardly wider or higher than nothing.
export function between(one: Place, other: Place): Edges | null {
  const within = (value: number) => Math.round(Math.min(Math.max(value, 0), 100) * 10) / 10;
  const [left, right] = [one.x, other.x].map(within).sort((a, b) => a - b) as [number, number];
  const [top, bottom] = [one.y, other.y].map(within).sort((a, b) => a - b) as [number, number];
  const large = right - left >= SMALLEST_PERCENT && bottom - top >= SMALLEST_PERCENT;
  return large ? { left, top, right, bottom } : null;
}

// Null while some number is missing.
function edgesOf(row: HTMLElement): Edges | null {
  const edges = Object.fromEntries(EDGES.map((edge) => [edge, field(row, edge).valueAsNumber]));
  return Object.values(edges).some(Number.isNaN) ? null : (edges as Edges);
}

function field(row: HTMLElement, edge: Edge): HTMLInputElement {
  return row.querySelector<HTMLInputElement>(`[name=${edge}]`)!;
}

function shape({ left, top, right, bottom }: Edges, kind: string): SVGRectElement {
  const rectangle = document.createElementNS(SVG, "rect");
  const places = { x: left, y: top, width: right - left, height: bottom - top };
  for (const [name, value] of Object.entries(places)) {
    rectangle.setAttribute(name, String(Math.max(value, 0)));
  }
  rectangle.setAttribute("class", kind);
  return rectangle;
}
