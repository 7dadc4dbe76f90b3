// A visitor's message: recorded, sealed to the household in this page, and sent; it is kept nowhere
// else.

import { Encrypter } from "age-encryption";

import { whenGone } from "./gone";
import { Microphone } from "./microphone";
import { reach, textOf } from "./problem";
import { announce, say } from "./words";

const WAV_HEADER_BYTES = 44;

export function message(section: HTMLElement): void {
  if (navigator.mediaDevices === undefined) {
    section.hidden = true;
    return;
  }
  new Message(section);
}

class Message {
  private readonly audio = new AudioContext();
  private readonly microphone = new Microphone(this.audio, (piece, level) => this.hear(piece, level));
  private readonly touch: HTMLButtonElement;
  private readonly seconds: number;
  private pieces: ArrayBuffer[] = [];

  constructor(private readonly section: HTMLElement) {
    this.touch = section.querySelector<HTMLButtonElement>("[data-part=touch]")!;
    this.seconds = Number(section.dataset.seconds);
    this.touch.addEventListener("click", () => void this.touched());
    this.show("resting", "message_ready");
    whenGone(section, () => {
      this.microphone.close();
      this.pieces = [];
      void this.audio.close();
    });
  }

  private async touched(): Promise<void> {
    if (this.microphone.on) {
      await this.send();
      return;
    }
    this.pieces = [];
    this.problem("");
    try {
      await this.microphone.open();
    } catch {
      this.problem(say("talk_refused"));
      return;
    }
    this.touch.ariaLabel = say("message_stop");
    this.show("listening", "message_listening");
  }

  private hear(piece: ArrayBuffer, level: number): void {
    this.section.dataset.level = String(Math.round(level * 10));
    this.pieces.push(piece);
    if (this.spoken() + piece.byteLength / 2 / this.audio.sampleRate > this.seconds) void this.send();
  }

  private spoken(): number {
    const bytes = this.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    return bytes / 2 / this.audio.sampleRate;
  }

  private async send(): Promise<void> {
    if (!this.microphone.on) return;
    this.microphone.close();
    delete this.section.dataset.level;
    this.touch.disabled = true;
    this.show("resting", "message_sending");
    try {
      const seconds = this.spoken();
      const encrypter = new Encrypter();
      encrypter.addRecipient(this.section.dataset.recipient!);
      const sealed = await encrypter.encrypt(wav(this.pieces, this.audio.sampleRate));
      this.pieces = [];
      const where = `${location.pathname}/message?seconds=${seconds.toFixed(2)}`;
      await reach(where, { method: "POST", body: sealed as BodyInit });
      this.show("resting", "message_sent");
      announce(say("message_sent"));
    } catch (error) {
      this.show("resting", "message_ready");
      this.problem(textOf(error));
    } finally {
      this.touch.disabled = false;
      this.touch.ariaLabel = say("message_ready");
    }
  }

  private show(state: "resting" | "listening", status: string): void {
    this.section.dataset.state = state;
    this.section.querySelector("[data-part=status]")!.textContent = say(status);
  }

  private problem(text: string): void {
    this.section.querySelector("[data-problem]")!.textContent = text;
  }
}

// A WAV file of int16 mono samples (RIFF, "WAVE", format 1).
function wav(pieces: ArrayBuffer[], rate: number): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const file = new Uint8Array(WAV_HEADER_BYTES + length);
  const view = new DataView(file.buffer);
  const word = (at: number, text: string): void => {
    file.set(new TextEncoder().encode(text), at);
  };
  word(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, length, true);
  let at = WAV_HEADER_BYTES;
  for (const piece of pieces) {
    file.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return file;
}
