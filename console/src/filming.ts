// A browser as a camera: what it films goes to the house over WebRTC, and to nobody else. It films
// from the moment that somebody starts it until they stop it, and connects again by itself.

import { whenGone } from "./gone";
import { say } from "./words";

const RETRY_MS = [1000, 2000, 5000, 10000];
const GATHER_MS_MAX = 2000;
const PICTURES: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 15, max: 30 },
};
const BITS_MAX = 2_500_000;
const CODECS = ["video/H264", "video/rtx"];

// Browsers begin with little, and small pictures; in a house's own network there is room.
const START = "$1;x-google-start-bitrate=1500";

interface Told {
  hears?: boolean;
  answer?: string;
  light?: string;
}

class CannotFilm extends Error {}

export function filming(section: HTMLElement): void {
  new Filming(section);
}

class Filming {
  private readonly video = document.createElement("video");
  private readonly begin: HTMLButtonElement;
  private readonly mute: HTMLButtonElement;
  private readonly turn: HTMLButtonElement;
  private readonly problem: HTMLElement;
  private socket: WebSocket | null = null;
  private peer: RTCPeerConnection | null = null;
  private stream: MediaStream | null = null;
  private awake: WakeLockSentinel | null = null;
  private failures = 0;
  private hears = false;
  private muted = false;
  private facing = "environment";
  private on = false;

  constructor(private readonly section: HTMLElement) {
    this.begin = this.part("begin");
    this.mute = this.part("mute");
    this.turn = this.part("turn");
    this.problem = section.querySelector<HTMLElement>("[data-problem]")!;
    this.video.muted = this.video.playsInline = this.video.autoplay = true;
    this.video.setAttribute("aria-label", say("film_picture"));
    this.part("screen").append(this.video);
    this.begin.onclick = () => (this.on ? this.stop() : this.start());
    this.mute.onclick = () => this.change(() => (this.muted = !this.muted));
    this.turn.onclick = () =>
      this.change(() => (this.facing = this.facing === "user" ? "environment" : "user"));
    const seen = () => void this.stayAwake();
    document.addEventListener("visibilitychange", seen);
    whenGone(section, () => {
      document.removeEventListener("visibilitychange", seen);
      this.stop();
    });
    this.show("stopped");
  }

  private start(): void {
    this.problem.textContent = "";
    this.on = true;
    this.show("away");
    void this.stayAwake();
    this.connect();
  }

  private stop(): void {
    const { socket } = this;
    this.on = false;
    this.socket = null;
    socket?.close();
    this.hangUp();
    this.closeStream();
    void this.awake?.release();
    this.awake = null;
    this.show("stopped");
  }

  private connect(): void {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/film/call`);
    this.socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (socket === this.socket) this.told(socket, JSON.parse(data) as Told).catch((error) => this.fail(error));
    };
    socket.onclose = () => this.away(socket);
  }

  private away(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.hangUp();
    this.show("away");
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
    setTimeout(() => this.on && this.socket === null && this.connect(), wait);
  }

  private async told(socket: WebSocket, what: Told): Promise<void> {
    if (what.hears !== undefined) await this.offer(socket, what.hears);
    if (what.answer !== undefined) {
      const sdp = what.answer.replace(/^(a=fmtp:.*profile-level-id=.*)$/gm, START);
      await this.peer?.setRemoteDescription({ type: "answer", sdp });
    }
    if (what.light !== undefined) {
      this.failures = 0;
      this.show(what.light);
    }
  }

  private async offer(socket: WebSocket, hears: boolean): Promise<void> {
    this.hears = hears;
    const stream = await this.opened(hears && !this.muted);
    if (socket !== this.socket) return;
    const peer = new RTCPeerConnection({ iceServers: [] });
    this.peer = peer;
    peer.onconnectionstatechange = () => {
      if (["failed", "disconnected"].includes(peer.connectionState)) socket.close();
    };
    for (const track of stream.getTracks()) await send(peer, track);
    await peer.setLocalDescription();
    await gathered(peer);
    if (socket === this.socket) socket.send(JSON.stringify({ offer: peer.localDescription!.sdp }));
  }

  // Answers what is filmed, with sound or without; what is open already stays so.
  private async opened(sound: boolean): Promise<MediaStream> {
    if (this.stream !== null && sound === this.stream.getAudioTracks().length > 0) return this.stream;
    this.closeStream();
    const video = { ...PICTURES, facingMode: this.facing };
    const { mediaDevices } = navigator;
    const stream = await mediaDevices.getUserMedia({ video, audio: sound }).catch((error) => {
      if (!sound) throw error;
      return mediaDevices.getUserMedia({ video }); // who lets nobody hear may let them see
    });
    if (!this.on) {
      stream.getTracks().forEach((track) => track.stop());
      return stream;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    for (const track of stream.getTracks()) track.onended = () => this.change(() => undefined);
    return stream;
  }

  // Film anew, in another way.
  private change(how: () => void): void {
    how();
    this.failures = 0;
    this.closeStream();
    this.socket?.close();
  }

  private closeStream(): void {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = this.video.srcObject = null;
  }

  private hangUp(): void {
    this.peer?.close();
    this.peer = null;
  }

  // Where filming is not allowed or cannot be, that is said; all else is tried again.
  private fail(error: unknown): void {
    const name = error instanceof DOMException ? error.name : "";
    if (error instanceof CannotFilm) this.problem.textContent = say("film_no_codec");
    else if (name === "NotAllowedError") this.problem.textContent = say("film_refused");
    else if (name === "NotFoundError") this.problem.textContent = say("film_missing");
    else return this.socket?.close();
    this.stop();
  }

  // A phone that darkens its screen films no more.
  private async stayAwake(): Promise<void> {
    if (!this.on || document.hidden || !("wakeLock" in navigator)) return;
    this.awake = await navigator.wakeLock.request("screen").catch(() => null);
    if (!this.on) void this.awake?.release();
  }

  private show(light: string): void {
    this.part("light").dataset.filming = String(light === "filming" || light === "seen");
    const status = this.part("status");
    const text = say(`film_${light}`);
    if (status.textContent !== text) status.textContent = text;
    this.begin.textContent = say(this.on ? "film_stop" : "film_start");
    this.begin.classList.toggle("quiet", this.on);
    this.part("screen").hidden = this.turn.hidden = !this.on;
    this.mute.hidden = !this.on || !this.hears;
    this.mute.setAttribute("aria-pressed", String(this.muted));
    const heard = (this.stream?.getAudioTracks().length ?? 0) > 0;
    this.part("sound").textContent = this.on ? say(heard ? "film_heard" : "film_unheard") : "";
  }

  private part<T extends HTMLElement = HTMLButtonElement>(name: string): T {
    return this.section.querySelector<T>(`[data-part="${name}"]`)!;
  }
}

// Throws `CannotFilm` where this browser cannot code pictures as the house keeps them.
async function send(peer: RTCPeerConnection, track: MediaStreamTrack): Promise<void> {
  if (track.kind === "audio") {
    peer.addTransceiver(track, { direction: "sendonly" });
    return;
  }
  const known = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  const codecs = known.filter(({ mimeType }) => CODECS.includes(mimeType));
  if (!codecs.some(({ mimeType }) => mimeType === CODECS[0])) throw new CannotFilm();
  const transceiver = peer.addTransceiver(track, {
    direction: "sendonly",
    sendEncodings: [{ maxBitrate: BITS_MAX }],
  });
  transceiver.setCodecPreferences(codecs);
  const { sender } = transceiver;
  await sender.setParameters({ ...sender.getParameters(), degradationPreference: "maintain-resolution" });
}

// Wait until the browser knows its own addresses.
async function gathered(peer: RTCPeerConnection): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => peer.iceGatheringState === "complete" && resolve();
    peer.onicegatheringstatechange = look;
    setTimeout(resolve, GATHER_MS_MAX);
    look();
  });
}
