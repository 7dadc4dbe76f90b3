// The house's voice: pieces of sound, played one after the other.

const HEADROOM_SECONDS = 0.05;

export class Voice {
  rate = 0;
  private ends = 0;
  private readonly playing = new Set<AudioBufferSourceNode>();

  constructor(
    private readonly audio: AudioContext,
    private readonly onSilence: () => void,
  ) {}

  get speaking(): boolean {
    return this.playing.size > 0;
  }

  play(data: ArrayBuffer): void {
    const pcm = new Int16Array(data);
    const buffer = this.audio.createBuffer(1, pcm.length, this.rate);
    buffer.copyToChannel(Float32Array.from(pcm, (sample) => sample / 32768), 0);
    const source = this.audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.audio.destination);
    this.ends = Math.max(this.ends, this.audio.currentTime + HEADROOM_SECONDS);
    source.start(this.ends);
    this.ends += buffer.duration;
    this.playing.add(source);
    source.onended = () => {
      this.playing.delete(source);
      if (!this.speaking) this.onSilence();
    };
  }

  stop(): void {
    for (const source of this.playing) {
      source.onended = null;
      source.stop();
    }
    this.playing.clear();
    this.ends = 0;
  }
}
