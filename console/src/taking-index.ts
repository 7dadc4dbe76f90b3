// The page of a copy of everything: what each thing is, when, who, and why it was kept. It is plain:
// no script, nothing from elsewhere.

import type { Everything, Kept, Receipt } from "./api";
import { isClip, seenIn } from "./kept";

export interface Taken {
  kept: Kept;
  // Where in the copy they lie; null where there are no words, or they were forgotten.
  files: string[];
  words: string | null;
  // What was said, where it could be opened.
  said: string | null;
  state: "opened" | "sealed" | "unopenable";
}

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}" +
  "li{margin:0 0 1.5rem}blockquote{margin:.3rem 0;font-size:1.1rem}p{margin:.2rem 0}audio,video{width:100%}";

// When what a statement is of was done, in an hour; each kind has one of these.
const TIMES = ["done_at", "given_at", "refused_at", "withdrawn_at", "lapsed_at", "looked_at"];

export class Index {
  private readonly made = document.implementation.createHTMLDocument();
  private readonly recordings = this.made.createElement("ol");
  private readonly receipts = this.made.createElement("ul");
  private readonly names = new Map<string, string>();

  constructor(
    private readonly told: Everything,
    private readonly texts: Record<string, string>,
    private readonly zone: string,
    private readonly at: Date,
  ) {
    for (const { id, name } of told.parts.people) this.names.set(id, name);
  }

  // Note a recording that is in the copy.
  recording({ kept, files, words, said, state }: Taken): void {
    const item = this.item(this.recordings, "h3", this.moment(kept.heard_at));
    this.line(item, "who", `${this.whatOf(kept)}, ${kept.device}, ${kept.seconds.toFixed(1)} s`);
    this.line(item, "why", kept.reasons.join(" "));
    this.line(item, "until", this.moment(kept.expires_at));
    if (said !== null) this.add(item, "blockquote", said);
    if (state === "opened") {
      const player = this.add(item, isClip(kept) ? "video" : "audio");
      player.setAttribute("controls", "");
      player.setAttribute("preload", "none");
      player.setAttribute("src", files[0]!);
    } else {
      this.add(item, "p", this.texts[state]!);
    }
    const links = this.add(item, "p");
    for (const file of words === null ? files : [...files, words]) this.link(links, file);
  }

  private whatOf(kept: Kept): string {
    if (isClip(kept)) return seenIn(kept);
    return (kept.person && this.names.get(kept.person)) || this.texts.unknown_voice!;
  }

  // Note a receipt that is in the copy; answers what its file is called.
  receipt(receipt: Receipt): string {
    const { id, kind, ...said } = receipt.statement;
    const number = this.receipts.childElementCount + 1;
    const name = `unhear-${id === undefined ? kind : `receipt-${id.slice(0, 8)}`}-${number}`;
    const at = TIMES.map((time) => said[time]).find((time) => typeof time === "string");
    const what = this.texts[kind] ?? kind;
    const item = this.item(this.receipts, "p", at === undefined ? what : `${this.moment(at)}: ${what}`);
    this.link(this.add(item, "p"), `receipts/${name}.json`);
    return name;
  }

  // Answers the page.
  page(): string {
    const { made, texts } = this;
    made.documentElement.lang = document.documentElement.lang;
    made.title = texts.title!;
    const charset = made.createElement("meta");
    charset.setAttribute("charset", "utf-8");
    made.head.prepend(charset);
    this.add(made.body, "h1", texts.title!);
    this.add(made.body, "p", `${this.told.parts.household.name}, ${this.moment(this.at)}`);
    this.add(made.body, "p", texts.help!);
    this.section("what", this.parts());
    this.section("receipts", this.receipts);
    this.section("recordings", this.recordings);
    // As text: the console's own policy forbids a style that a script puts in.
    const page = made.documentElement.outerHTML.replace("</head>", `<style>${STYLE}</style></head>`);
    return `<!doctype html>\n${page}\n`;
  }

  private parts(): HTMLElement {
    const list = this.made.createElement("ul");
    for (const name of Object.keys(this.told.parts)) {
      const item = this.add(list, "li");
      this.link(item, `household/${name}.json`);
      item.append(` ${this.texts[`part_${name}`] ?? name}`);
    }
    return list;
  }

  private section(heading: string, list: HTMLElement): void {
    this.add(this.made.body, "h2", `${this.texts[heading]!} (${list.childElementCount})`);
    this.made.body.append(list);
  }

  private item(list: HTMLElement, kind: string, text: string): HTMLElement {
    const item = this.add(list, "li");
    this.add(item, kind, text);
    return item;
  }

  private line(parent: HTMLElement, key: string, text: string): void {
    if (text !== "") this.add(parent, "p", `${this.texts[key]!}: ${text}`);
  }

  private link(parent: HTMLElement, file: string): void {
    const link = this.add(parent, "a", file);
    link.setAttribute("href", file);
    parent.append(" ");
  }

  private add(parent: HTMLElement, kind: string, text = ""): HTMLElement {
    const element = this.made.createElement(kind);
    element.textContent = text;
    parent.append(element);
    return element;
  }

  private moment(at: string | Date): string {
    return new Date(at).toLocaleString(document.documentElement.lang, {
      dateStyle: "full",
      timeStyle: "short",
      timeZone: this.zone,
    });
  }
}
