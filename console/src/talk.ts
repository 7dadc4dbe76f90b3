// A browser as a voice device: its microphone goes to the house, and the house's voice comes back.

import { whenGone } from "./gone";
import { Microphone } from "./microphone";
import { Voice } from "./voice";
import { say } from "./words";

const RETRY_MS = [1000, 2000, 5000, 10000];
const BUTTONS: Record<string, string> = { listening: "talk_stop_listening", speaking: "talk_stop" };

interface Told {
  ready?: string;
  rate?: number;
  words?: string;
  reply?: string;
  told?: string;
  state?: string;
  heard?: string;
  kept?: boolean;
  why?: string[];
  asks?: boolean;
}

export function talk(section: HTMLElement): void {
  new Talk(section).connect();
}

class Talk {
  private readonly audio = new AudioContext();
  private readonly microphone = new Microphone(this.audio, (piece, level) => this.hear(piece, level));
  private readonly voice = new Voice(this.audio, () => this.spoken());
  private readonly panel: HTMLElement;
  private readonly touch: HTMLButtonElement;
  private readonly wake: HTMLInputElement;
  private readonly heard: HTMLElement;
  private socket: WebSocket | null = null;
  private failures = 0;
  private state = "away";
  private streaming = false;
  private over = false;
  private asked = false;
  private reply: HTMLElement | null = null;

  constructor(private readonly section: HTMLElement) {
    this.panel = this.part("panel");
    this.touch = this.part<HTMLButtonElement>("touch");
    this.wake = this.part<HTMLInputElement>("wake");
    this.heard = this.part("heard");
    this.touch.addEventListener("click", () => void this.touched());
    this.wake.addEventListener("change", () => void this.switched());
    this.show("away");
    whenGone(section, () => this.end());
  }

  connect(): void {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/voice`);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.send({ rate: this.audio.sampleRate, wake: this.wake.checked });
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      if (typeof data === "string") this.told(JSON.parse(data) as Told);
      else this.play(data);
    };
    socket.onclose = () => this.away(socket);
  }

  private away(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.closeMicrophone();
    this.silence();
    this.show("away");
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
    setTimeout(() => this.over || this.connect(), wait);
  }

  // Be silent and deaf once another page is shown.
  private end(): void {
    const { socket } = this;
    this.over = true;
    this.socket = null;
    socket?.close();
    this.closeMicrophone();
    this.voice.stop();
    void this.audio.close();
  }

  private told(what: Told): void {
    if (what.ready !== undefined) {
      this.failures = 0;
      this.show("resting");
    }
    if (what.rate !== undefined) this.voice.rate = what.rate;
    if (what.words !== undefined) this.heard.textContent = what.words;
    if (what.reply !== undefined) this.replied(what.reply);
    if (what.told !== undefined) this.bubble("reply", what.told);
    if (what.state === "listening") this.show("listening");
    if (what.state === "thinking") this.thinking();
    if (what.state === "stopped") this.silence();
    if (what.state === "resting") this.finished(what);
  }

  private thinking(): void {
    if (!this.wake.checked) this.closeMicrophone();
    this.show("thinking");
  }

  private replied(text: string): void {
    this.bubble("said", this.heard.textContent || say("talk_nothing"));
    this.heard.textContent = "";
    this.reply = text ? this.bubble("reply", text) : null;
  }

  private finished({ heard, kept, why, asks }: Told): void {
    if (heard === undefined) {
      if (!this.wake.checked) this.closeMicrophone();
      this.heard.textContent = "";
    } else if (this.reply !== null) {
      this.explain(this.reply, kept ?? false, why ?? []);
    }
    this.reply = null;
    this.asked = asks ?? false;
    if (!this.voice.speaking) this.rest();
  }

  private spoken(): void {
    if (this.state === "speaking") this.rest();
  }

  private rest(): void {
    if (this.asked && !this.wake.checked) {
      this.asked = false;
      void this.listen();
    } else {
      this.show("resting");
    }
  }

  private play(data: ArrayBuffer): void {
    this.voice.play(data);
    if (this.state !== "listening") this.show("speaking");
  }

  private silence(): void {
    this.voice.stop();
    if (this.state === "speaking") this.show("resting");
  }

  private hear(piece: ArrayBuffer, level: number): void {
    this.panel.dataset.level = String(Math.round(level * 10));
    if (this.streaming && this.socket?.readyState === WebSocket.OPEN) this.socket.send(piece);
  }

  private closeMicrophone(): void {
    this.streaming = false;
    delete this.panel.dataset.level;
    this.microphone.close();
  }

  private async listen(): Promise<void> {
    try {
      if (!(await this.opened())) return;
    } catch (error) {
      this.wake.checked = false;
      const missing = error instanceof DOMException && error.name === "NotFoundError";
      this.show("resting", say(missing ? "talk_missing" : "talk_refused"));
      return;
    }
    this.heard.textContent = "";
    this.send({ do: "listen" });
    this.streaming = true;
  }

  // Answers whether the page is still there once the microphone is open.
  private async opened(): Promise<boolean> {
    await this.microphone.open();
    if (this.over) this.microphone.close();
    return !this.over;
  }

  private async touched(): Promise<void> {
    if (this.state === "speaking") {
      this.send({ do: "stop" });
      this.silence();
    } else if (this.state === "listening" && !this.wake.checked) {
      this.send({ do: "stop" });
      this.closeMicrophone();
      this.heard.textContent = "";
      this.show("resting");
    } else {
      await this.listen();
    }
  }

  private async switched(): Promise<void> {
    this.closeMicrophone();
    this.silence();
    if (this.wake.checked) {
      try {
        if (!(await this.opened())) return;
        this.streaming = true;
      } catch {
        this.wake.checked = false;
        this.show("resting", say("talk_refused"));
        return;
      }
    }
    this.failures = 0;
    const old = this.socket;
    this.connect();
    old?.close();
  }

  private send(what: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(what));
  }

  private show(next: string, text?: string): void {
    this.state = next;
    this.panel.dataset.state = next;
    const waits = next === "resting" && this.wake.checked;
    const word = this.section.dataset.wakeWord ?? "";
    this.part("status").textContent =
      text ?? (waits ? say("talk_waiting", { word }) : say(`talk_${next}`));
    this.touch.ariaLabel = say(BUTTONS[next] ?? "talk_speak");
    this.touch.disabled = next === "away" || next === "thinking";
    this.wake.disabled = next === "away";
    this.part("privacy").textContent = say(this.microphone.on ? "talk_on" : "talk_off");
  }

  private bubble(kind: string, text: string): HTMLElement {
    const item = document.createElement("li");
    item.className = kind;
    item.append(text);
    this.part("talk").append(item);
    item.scrollIntoView({ block: "end" });
    return item;
  }

  private explain(item: HTMLElement, kept: boolean, why: string[]): void {
    const note = document.createElement("small");
    const verdict = document.createElement("b");
    verdict.textContent = say(kept ? "talk_kept" : "talk_forgotten");
    note.append(verdict, ` ${why.join(" ")}`);
    item.append(note);
    item.scrollIntoView({ block: "end" });
  }

  private part<T extends HTMLElement = HTMLElement>(id: string): T {
    return this.section.querySelector<T>(`#${id}`)!;
  }
}
