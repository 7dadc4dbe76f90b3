// Teach the house a voice: sentences are shown, read aloud, and sent all at once. Their sound is in
// this page's memory alone, until then.

import { api } from "./api";
import { toText } from "./bytes";
import { whenGone } from "./gone";
import { Microphone } from "./microphone";
import { go } from "./navigate";
import { Problem, textOf } from "./problem";
import { announce, say } from "./words";

const SENTENCE_BYTES_MAX = 800_000; // as the operation takes; eight seconds at 48 kHz
const SPOKEN_LEVEL = 1 / 6; // of `Microphone`'s: louder than -50 dB
const SPOKEN_SECONDS_MIN = 1;

export function lesson(section: HTMLElement): void {
  if (navigator.mediaDevices === undefined) {
    section.querySelector("[data-problem]")!.textContent = say("lesson_insecure");
    section.querySelector<HTMLButtonElement>("[type=submit]")!.disabled = true;
    return;
  }
  new Lesson(section);
}

class Lesson {
  private readonly audio = new AudioContext();
  private readonly microphone = new Microphone(this.audio, (piece, level) => this.hear(piece, level));
  private readonly who: HTMLSelectElement;
  private readonly panel: HTMLElement;
  private readonly touch: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly shown: HTMLElement[];
  private readonly sentences: ArrayBuffer[][];
  private spoken = 0; // seconds of what is being recorded that somebody speaks in
  private at = 0;
  private recording = false;
  private over = false;

  constructor(private readonly section: HTMLElement) {
    this.who = section.querySelector("select")!;
    this.panel = this.part("panel");
    this.touch = this.part<HTMLButtonElement>("touch");
    this.next = this.part<HTMLButtonElement>("next");
    this.shown = [...section.querySelectorAll<HTMLElement>("[data-sentence]")];
    this.sentences = this.shown.map(() => []);
    this.part("who").addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin();
    });
    this.touch.addEventListener("click", () => void this.touched());
    this.next.addEventListener("click", () => void this.goOn());
    this.part("restart").addEventListener("click", () => this.restart());
    whenGone(section, () => this.end());
  }

  private begin(): void {
    this.forget();
    this.tell("");
    this.part("who").hidden = true;
    this.part("read").hidden = false;
    this.show(0);
  }

  // Choose anew who it is, with nothing recorded.
  private restart(): void {
    this.stop();
    this.forget();
    this.tell("");
    this.part("read").hidden = true;
    this.part("who").hidden = false;
    this.who.focus();
  }

  private end(): void {
    this.over = true;
    this.stop();
    this.forget();
    void this.audio.close();
  }

  private forget(): void {
    for (const pieces of this.sentences) pieces.length = 0;
  }

  private show(at: number): void {
    this.at = at;
    this.shown.forEach((sentence, number) => (sentence.hidden = number !== at));
    const count = this.part("count");
    count.textContent = say("lesson_count", { number: at + 1, all: this.shown.length });
    this.rest("lesson_ready");
    count.focus();
  }

  private async touched(): Promise<void> {
    this.tell("");
    if (this.recording) this.finish();
    else await this.record();
  }

  private async record(): Promise<void> {
    this.touch.disabled = true;
    try {
      await this.microphone.open();
    } catch (error) {
      const missing = error instanceof DOMException && error.name === "NotFoundError";
      this.rest("lesson_ready");
      this.tell(say(missing ? "talk_missing" : "talk_refused"));
      return;
    } finally {
      this.touch.disabled = false;
    }
    if (this.over || this.part("read").hidden) {
      this.microphone.close(); // left while permission was asked for
      return;
    }
    this.sentences[this.at] = [];
    this.spoken = 0;
    this.recording = true;
    this.state("listening", "lesson_listening");
  }

  private hear(piece: ArrayBuffer, level: number): void {
    if (!this.recording) return;
    this.panel.dataset.level = String(Math.round(level * 10));
    const pieces = this.sentences[this.at]!;
    pieces.push(piece);
    if (level > SPOKEN_LEVEL) this.spoken += piece.byteLength / 2 / this.audio.sampleRate;
    if ((pieces.length + 1) * piece.byteLength > SENTENCE_BYTES_MAX) this.finish();
  }

  private finish(): void {
    this.stop();
    if (this.spoken < SPOKEN_SECONDS_MIN) {
      this.sentences[this.at] = [];
      this.rest("lesson_quiet");
    } else {
      this.rest("lesson_recorded");
    }
  }

  private stop(): void {
    this.recording = false;
    delete this.panel.dataset.level;
    this.microphone.close();
  }

  private async goOn(): Promise<void> {
    if (this.at + 1 < this.shown.length) this.show(this.at + 1);
    else await this.send();
  }

  private async send(): Promise<void> {
    this.tell("");
    this.state("resting", "lesson_sending");
    this.touch.disabled = this.next.disabled = true;
    const person = this.who.value;
    const name = this.who.selectedOptions[0]?.text ?? "";
    const sentences = this.sentences.map(textOfSound);
    try {
      await api.teachVoice({ person, rate: this.audio.sampleRate, sentences });
    } catch (error) {
      this.failed(error);
      return;
    }
    this.forget();
    if (this.over) return;
    await go("/learning");
    announce(say("lesson_done", { name }));
  }

  private failed(error: unknown): void {
    this.touch.disabled = false;
    const again = error instanceof Problem && error.kind === "too-little-speech";
    if (again) this.begin();
    else this.rest("lesson_recorded");
    this.tell(textOf(error));
  }

  private rest(status: string): void {
    this.state("resting", status);
  }

  private state(state: "resting" | "listening", status: string): void {
    const has = this.sentences[this.at]!.length > 0;
    const last = this.at + 1 === this.shown.length;
    this.panel.dataset.state = state;
    this.part("status").textContent = say(status);
    this.touch.ariaLabel = say(this.recording ? "lesson_stop" : has ? "lesson_again" : "lesson_record");
    this.next.textContent = say(last ? "lesson_send" : "lesson_next");
    this.next.disabled = this.recording || !has;
    this.part("privacy").textContent = say(this.microphone.on ? "talk_on" : "talk_off");
  }

  private tell(problem: string): void {
    this.section.querySelector("[data-problem]")!.textContent = problem;
  }

  private part<T extends HTMLElement = HTMLElement>(name: string): T {
    return this.section.querySelector<T>(`[data-part=${name}]`)!;
  }
}

function textOfSound(pieces: ArrayBuffer[]): string {
  const sound = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    sound.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return toText(sound);
}
