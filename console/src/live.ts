// See a camera live, and speak to who is before it; both after a fresh proof of who one is.

import { STEP_UP_NEEDED, api } from "./api";
import { whenGone } from "./gone";
import { CannotPlay, Media } from "./media";
import { Problem, textOf } from "./problem";
import { Speaking, liveAddress } from "./speaking";
import { stepUp } from "./step-up";
import { announce, say } from "./words";

const BEHIND_MAX_SECONDS = 2;
const EDGE_SECONDS = 0.3;
const KEPT_SECONDS = 10;
const HOLD_MS = 400;

// Another process takes the camera of one that is gone: it is asked again and again for a while.
const CAMERA_LEFT = "camera-left";
const AGAIN_MS = 1_000;
const AGAIN_FOR_MS = 30_000;

export function live(section: HTMLElement): void {
  new Live(section);
}

class Live {
  private readonly video = document.createElement("video");
  private readonly camera: string;
  private readonly look: HTMLButtonElement;
  private readonly talk: HTMLButtonElement | null;
  private readonly problem: HTMLElement;
  private readonly speaking: Speaking;
  private socket: WebSocket | null = null;
  private media: Media | null = null;
  private waiting: Uint8Array<ArrayBuffer>[] = [];
  private playing = false;
  private again: ReturnType<typeof setTimeout> | null = null;
  private leftAt: number | null = null;
  private heldSince = 0;
  private hushed = false;
  private wasMuted = false;

  constructor(private readonly section: HTMLElement) {
    this.camera = section.dataset.camera ?? "";
    this.look = this.part("look")!;
    this.talk = this.part("talk");
    this.problem = section.querySelector<HTMLElement>("[data-problem]")!;
    this.speaking = new Speaking(
      this.camera,
      () => this.show(),
      (error) => this.fail(error),
    );
    this.video.controls = this.video.playsInline = this.video.autoplay = true;
    this.video.setAttribute("controlslist", "nodownload noremoteplayback");
    this.video.setAttribute("aria-label", say("live_picture", { name: this.camera }));
    this.look.onclick = () => (this.looks ? this.stop() : this.begin());
    if (this.talk !== null) {
      this.listenTo(this.talk);
      this.offerReplies(this.part("replies")!);
    }
    whenGone(section, () => this.stop());
  }

  // Whether somebody wants to see it.
  private get looks(): boolean {
    return this.socket !== null || this.again !== null;
  }

  private begin(): void {
    this.again = null;
    this.problem.textContent = "";
    announce(say("live_waits"));
    const socket = new WebSocket(liveAddress(this.camera));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      if (socket !== this.socket) return;
      this.leftAt = null;
      this.waiting.push(new Uint8Array(data));
      void this.play();
    };
    socket.onclose = ({ reason }) => {
      if (socket === this.socket) void this.closed(reason);
    };
    this.socket = socket;
    this.show();
  }

  private async closed(reason: string): Promise<void> {
    this.end();
    if (reason === CAMERA_LEFT) this.leftAt ??= performance.now();
    try {
      if (reason !== STEP_UP_NEEDED && this.isAbout()) this.wait();
      else if (reason !== STEP_UP_NEEDED) this.fail(new Problem(0, "camera-away", say("live_over")));
      else if (await stepUp()) this.begin();
    } catch (error) {
      this.fail(error);
    }
  }

  // Whether another process may be about to have the camera.
  private isAbout(): boolean {
    return this.leftAt !== null && performance.now() - this.leftAt < AGAIN_FOR_MS;
  }

  private wait(): void {
    this.again = setTimeout(() => this.begin(), AGAIN_MS);
    announce(say("live_waits"));
    this.show();
  }

  private stop(): void {
    this.leftAt = null;
    this.end();
  }

  private end(): void {
    const { socket } = this;
    this.socket = null;
    if (this.again !== null) clearTimeout(this.again);
    this.again = null;
    socket?.close();
    this.speaking.end();
    this.media?.close();
    this.media = null;
    this.waiting = [];
    this.show();
  }

  // Play what has come; the first of it decides how.
  private async play(): Promise<void> {
    if (this.playing) return;
    this.playing = true;
    try {
      for (let piece = this.waiting.shift(); piece !== undefined; piece = this.waiting.shift()) {
        if (this.media === null) await this.start(piece);
        else await this.media.append(piece);
        if (this.media !== null) await this.catchUp(this.media);
      }
    } catch (error) {
      this.end();
      this.fail(error);
    } finally {
      this.playing = false;
    }
  }

  private async start(first: Uint8Array<ArrayBuffer>): Promise<void> {
    this.media = new Media(this.video, first);
    const screen = this.part("screen")!;
    screen.hidden = false;
    screen.replaceChildren(this.video);
    await this.media.begin();
    announce("");
    // Where a browser wants a touch before it lets anything be heard, it is seen at least.
    this.video.play().catch(() => {
      this.video.muted = true;
      void this.video.play().catch(() => undefined);
    });
  }

  // Stay with what happens now, however slow the way was.
  private async catchUp(media: Media): Promise<void> {
    const { buffered, currentTime } = this.video;
    if (buffered.length === 0) return;
    const edge = buffered.end(buffered.length - 1);
    const behind = edge - currentTime > BEHIND_MAX_SECONDS;
    if (behind || !media.holds(currentTime)) {
      const began = buffered.start(buffered.length - 1);
      this.video.currentTime = Math.max(edge - EDGE_SECONDS, began);
    }
    await media.drop(this.video.currentTime - KEPT_SECONDS);
  }

  // A long press speaks as long as it lasts; a short one, or a key, begins and ends.
  private listenTo(talk: HTMLButtonElement): void {
    talk.onpointerdown = ({ pointerId }) => {
      talk.setPointerCapture(pointerId);
      this.heldSince = performance.now();
      this.speaking.toggle();
    };
    talk.onpointerup = talk.onpointercancel = () => {
      if (performance.now() - this.heldSince > HOLD_MS) this.speaking.end();
    };
    talk.onclick = ({ detail }) => {
      if (detail === 0) this.speaking.toggle();
    };
    talk.oncontextmenu = (event) => event.preventDefault(); // a long press opens it on phones
  }

  // What the house says there in its own voice; it needs no looking.
  private offerReplies(replies: HTMLElement): void {
    replies.hidden = false;
    for (const button of replies.querySelectorAll<HTMLButtonElement>("[data-reply]")) {
      button.onclick = () => {
        this.problem.textContent = "";
        api.reply(this.camera, button.dataset.reply ?? "").then(
          () => announce(say("live_said")),
          (error: unknown) => this.fail(error),
        );
      };
    }
  }

  private show(): void {
    const on = this.looks;
    this.look.textContent = say(on ? "live_end" : "live_look");
    this.look.classList.toggle("quiet", on);
    this.part("screen")!.hidden = !on || this.media === null;
    if (this.talk === null) return;
    const heard = this.speaking.on;
    this.talk.hidden = this.part("hint")!.hidden = !on;
    this.talk.textContent = say(heard ? "live_talking" : "live_talk");
    this.talk.setAttribute("aria-pressed", String(heard));
    this.talk.classList.toggle("heard", heard);
    if (heard !== this.hushed) this.hush(heard);
  }

  // Let nobody hear the other end through their own microphone.
  private hush(on: boolean): void {
    this.hushed = on;
    if (on) this.wasMuted = this.video.muted;
    this.video.muted = on || this.wasMuted;
  }

  private fail(error: unknown): void {
    this.problem.textContent =
      error instanceof CannotPlay ? say("cannot_play_live") : textOf(error);
    announce("");
  }

  private part<T extends HTMLElement = HTMLButtonElement>(name: string): T | null {
    return this.section.querySelector<T>(`[data-part="${name}"]`);
  }
}
