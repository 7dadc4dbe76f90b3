// The browser's microphone, piece by piece, and how loud it is.

const QUIETEST_DB = -60;

export type Hear = (piece: ArrayBuffer, level: number) => void;

export class Microphone {
  private stream: MediaStream | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private recorder: AudioWorkletNode | null = null;

  constructor(
    private readonly audio: AudioContext,
    private readonly hear: Hear,
  ) {}

  get on(): boolean {
    return this.stream !== null;
  }

  // Throws `DOMException` where there is none, or it may not be used.
  async open(): Promise<void> {
    await this.audio.resume();
    if (this.on) return;
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    try {
      await this.record(this.stream);
    } catch (error) {
      this.close(); // the page may have been left while permission was asked for
      throw error;
    }
  }

  private async record(stream: MediaStream): Promise<void> {
    await this.audio.audioWorklet.addModule("/static/recorder.js");
    this.source = this.audio.createMediaStreamSource(stream);
    this.recorder = new AudioWorkletNode(this.audio, "recorder");
    this.recorder.port.onmessage = (event: MessageEvent<ArrayBuffer>) =>
      this.hear(event.data, levelOf(event.data));
    this.source.connect(this.recorder);
  }

  close(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.source?.disconnect();
    if (this.recorder !== null) this.recorder.port.onmessage = null;
    this.stream = this.source = this.recorder = null;
  }
}

// How loud a piece is, 0 (below `QUIETEST_DB`) to 1 (full scale).
function levelOf(buffer: ArrayBuffer): number {
  const pcm = new Int16Array(buffer);
  const power = pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length / 32768 ** 2;
  return Math.max(0, 1 - (10 * Math.log10(Math.max(power, 1e-9))) / QUIETEST_DB);
}
