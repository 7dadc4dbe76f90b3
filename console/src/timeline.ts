// Everything that was kept, newest first: only what is near the screen is in the document, however
// much there is. Each recording is opened in place, and forgotten in place.

import { type Kept, api } from "./api";
import { isClip, seenIn } from "./kept";
import { told } from "./navigate";
import { Row } from "./row";
import { Stills } from "./stills";
import { say } from "./words";

const PAGE = 50;
const NEAR = "150% 0px";

interface Block {
  element: HTMLElement;
  kept: Kept[];
}

export function timeline(section: HTMLElement): void {
  new Timeline(section).start();
}

class Timeline {
  private readonly blocks: Block[] = [];
  private readonly list: HTMLElement;
  private readonly people: Record<string, string>;
  private readonly stills: Stills;
  private next: string | null = "";
  private loading = false;
  private readonly observer = new IntersectionObserver((seen) => this.seen(seen), {
    rootMargin: NEAR,
  });

  constructor(private readonly section: HTMLElement) {
    this.list = section.querySelector<HTMLElement>("[data-list]")!;
    this.stills = new Stills(section);
    this.people = JSON.parse(section.dataset.people ?? "{}") as Record<string, string>;
  }

  start(): void {
    this.section.addEventListener("keydown", (event) => this.onKey(event));
    void this.more(true);
  }

  private async more(first = false): Promise<void> {
    if (this.loading || this.next === null) return;
    this.loading = true;
    try {
      const asked = new URLSearchParams({ limit: String(PAGE) });
      for (const name of ["person", "device"] as const) {
        const value = this.section.dataset[name];
        if (value) asked.set(name, value);
      }
      if (this.next) asked.set("before", this.next);
      const page = await api.recordings(asked);
      if (first) this.list.replaceChildren();
      this.next = page.next;
      if (page.recordings.length > 0) this.add(page.recordings);
      if (first) this.showWanted();
    } catch (error) {
      told(error);
    } finally {
      this.loading = false;
    }
  }

  // A notification names the recording that it is about.
  private showWanted(): void {
    const row = this.section.querySelector<HTMLElement>(
      `[data-recording="${CSS.escape(location.hash.slice(1))}"]`,
    );
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }

  private add(kept: Kept[]): void {
    const element = document.createElement("li");
    element.className = "block";
    const block = { element, kept };
    this.blocks.push(block);
    this.fill(block);
    this.list.append(element);
    this.observer.observe(element);
  }

  private fill(block: Block): void {
    const inner = document.createElement("ol");
    inner.className = "timeline";
    const { stills } = this;
    const zone = this.section.dataset.zone ?? "UTC";
    const rows = block.kept.map((one) => new Row(one, { what: this.whatOf(one), zone, stills }));
    inner.append(...rows.map((row) => row.element));
    block.element.style.height = "";
    block.element.replaceChildren(inner);
  }

  private empty(block: Block): void {
    if (block.element.firstChild === null || block.element.contains(document.activeElement)) return;
    block.kept = block.kept.filter(
      (one) => !block.element.querySelector(`[data-recording="${one.id}"][data-gone]`),
    );
    block.element.style.height = `${block.element.offsetHeight}px`;
    block.element.replaceChildren();
  }

  private seen(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = this.blocks.find((one) => one.element === target);
      if (block === undefined) continue;
      if (!isIntersecting) this.empty(block);
      else if (block.element.firstChild === null) this.fill(block);
      if (isIntersecting && block === this.blocks.at(-1)) void this.more();
    }
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = (event.target as Element).closest<HTMLElement>("[data-recording]");
    if (step === undefined || row === null || event.target !== row) return;
    const rows = [...this.section.querySelectorAll<HTMLElement>("[data-recording]")];
    const other = rows[rows.indexOf(row) + step];
    other?.focus();
    event.preventDefault();
  }

  private whatOf(one: Kept): string {
    if (isClip(one)) return seenIn(one);
    return (one.person !== null && this.people[one.person]) || say("unknown_voice");
  }
}
