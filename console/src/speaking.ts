// Speak to who is before a camera: this browser's microphone goes to the speaker there.

import { STEP_UP_NEEDED } from "./api";
import { Microphone } from "./microphone";
import { Problem } from "./problem";
import { stepUp } from "./step-up";
import { say } from "./words";

// Where a camera is seen live.
export function liveAddress(camera: string): string {
  return `${location.origin.replace("http", "ws")}/live/${encodeURIComponent(camera)}`;
}

export class Speaking {
  private audio: AudioContext | null = null;
  private microphone: Microphone | null = null;
  private socket: WebSocket | null = null;
  private ready = false;

  // `changed` is told when somebody begins to be heard and is heard no more, `failed` why not.
  constructor(
    private readonly camera: string,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  // Whether the microphone is open.
  get on(): boolean {
    return this.socket !== null;
  }

  toggle(): void {
    if (this.on) this.end();
    else void this.begin();
  }

  end(): void {
    const { socket, audio } = this;
    this.socket = this.audio = null;
    this.ready = false;
    this.microphone?.close();
    this.microphone = null;
    socket?.close();
    void audio?.close();
    if (socket !== null) this.changed();
  }

  private async begin(): Promise<void> {
    const audio = new AudioContext();
    const socket = new WebSocket(`${liveAddress(this.camera)}/talk`);
    socket.onopen = () => socket.send(JSON.stringify({ rate: audio.sampleRate }));
    socket.onmessage = () => (this.ready = socket === this.socket);
    socket.onclose = ({ reason }) => {
      if (socket === this.socket) void this.closed(reason);
    };
    this.audio = audio;
    this.socket = socket;
    this.microphone = new Microphone(audio, (piece) => {
      if (this.ready && socket.readyState === WebSocket.OPEN) socket.send(piece);
    });
    this.changed();
    const { microphone } = this;
    try {
      await microphone.open();
      if (socket !== this.socket) microphone.close(); // it was ended meanwhile
    } catch (error) {
      if (socket !== this.socket) return;
      this.end();
      this.failed(new Problem(0, "microphone", whyNot(error)));
    }
  }

  private async closed(reason: string): Promise<void> {
    this.end();
    try {
      if (reason !== STEP_UP_NEEDED) this.failed(new Problem(0, "talk", say("live_talk_away")));
      else if (await stepUp()) void this.begin();
    } catch (error) {
      this.failed(error);
    }
  }
}

function whyNot(error: unknown): string {
  if (navigator.mediaDevices === undefined) return say("live_insecure");
  const missing = error instanceof DOMException && error.name === "NotFoundError";
  return say(missing ? "talk_missing" : "talk_refused");
}
