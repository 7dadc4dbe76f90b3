// Draw a sound, and let people seek in it by touch and by key. An audio element plays it.

const HEIGHT = 56;
const BAR = 3;
const GAP = 1;
const KEY_SECONDS = 1;

export class Waveform {
  readonly element: HTMLCanvasElement;
  private readonly peaks: Float32Array;

  constructor(
    private readonly audio: HTMLAudioElement,
    samples: Float32Array,
    width: number,
    label: string,
  ) {
    this.element = document.createElement("canvas");
    this.element.className = "waveform";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "slider");
    this.element.setAttribute("aria-label", label);
    this.element.setAttribute("aria-valuemin", "0");
    this.peaks = peaksOf(samples, Math.max(Math.floor(width / (BAR + GAP)), 1));
    const scale = window.devicePixelRatio || 1;
    this.element.width = width * scale;
    this.element.height = HEIGHT * scale;
    this.element.addEventListener("pointerdown", (event) => this.seekTo(event));
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    for (const change of ["timeupdate", "seeked", "loadedmetadata", "ended"]) {
      audio.addEventListener(change, () => this.draw());
    }
    this.draw();
  }

  draw(): void {
    const context = this.element.getContext("2d");
    if (context === null) return;
    const style = getComputedStyle(document.documentElement);
    const played = style.getPropertyValue("--accent").trim();
    const rest = style.getPropertyValue("--line").trim();
    const { width, height } = this.element;
    const step = width / this.peaks.length;
    const done = this.share() * this.peaks.length;
    context.clearRect(0, 0, width, height);
    this.peaks.forEach((peak, place) => {
      const tall = Math.max(peak * height, 2);
      context.fillStyle = place < done ? played : rest;
      context.fillRect(place * step, (height - tall) / 2, (step * BAR) / (BAR + GAP), tall);
    });
    this.tell();
  }

  private share(): number {
    const whole = this.audio.duration;
    return Number.isFinite(whole) && whole > 0 ? this.audio.currentTime / whole : 0;
  }

  private tell(): void {
    const whole = Number.isFinite(this.audio.duration) ? this.audio.duration : 0;
    const at = this.audio.currentTime;
    this.element.setAttribute("aria-valuemax", whole.toFixed(1));
    this.element.setAttribute("aria-valuenow", at.toFixed(1));
    this.element.setAttribute("aria-valuetext", `${clock(at)} / ${clock(whole)}`);
  }

  private seekTo(event: PointerEvent): void {
    const place = this.element.getBoundingClientRect();
    const share = (event.clientX - place.left) / place.width;
    if (Number.isFinite(this.audio.duration)) this.audio.currentTime = share * this.audio.duration;
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowRight: KEY_SECONDS, ArrowLeft: -KEY_SECONDS }[event.key];
    if (step === undefined) return;
    this.audio.currentTime = Math.max(this.audio.currentTime + step, 0);
    event.preventDefault();
    event.stopPropagation();
  }
}

// The greatest loudness of each of `count` equal parts, 0 to 1 of the loudest.
export function peaksOf(samples: Float32Array, count: number): Float32Array {
  const peaks = new Float32Array(count);
  samples.forEach((sample, place) => {
    const part = Math.min(Math.floor((place * count) / samples.length), count - 1);
    peaks[part] = Math.max(peaks[part] ?? 0, Math.abs(sample));
  });
  const loudest = Math.max(...peaks, 1e-6);
  return peaks.map((peak) => peak / loudest);
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
