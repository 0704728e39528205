import type { SceneEvent } from "../scene/sceneEvents.ts";

const STORED_AS = "weft.arena.sound";
const VOLUME = 0.16;

type Tone = {
  readonly from: number;
  readonly to?: number;
  readonly seconds: number;
  readonly shape?: OscillatorType;
  readonly volume?: number;
  readonly afterSeconds?: number;
};

/** Small sounds, made on the spot. Silent until somebody has pressed something: browsers want that. */
export class Sounds {
  #context: AudioContext | undefined;
  #out: GainNode | undefined;
  #isOn: boolean;

  constructor() {
    this.#isOn = readStored() !== "off";
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  toggle(): void {
    this.#isOn = !this.#isOn;
    try {
      localStorage.setItem(STORED_AS, this.#isOn ? "on" : "off");
    } catch {
      // it isn't remembered, then
    }
    if (this.#isOn) this.play("ready");
  }

  /** To be called when a person has pressed something. */
  unlock(): void {
    if (typeof AudioContext === "undefined") return;
    if (this.#context === undefined) {
      this.#context = new AudioContext();
      this.#out = new GainNode(this.#context, { gain: VOLUME });
      this.#out.connect(this.#context.destination);
    }
    // It may not yet: then it stays silent.
    this.#context.resume().catch(() => {});
  }

  hear(event: SceneEvent, me: string): void {
    if (event.type === "pickup" && event.by === me) this.play(event.value > 1 ? "gold" : "gem");
    else if (event.type === "dash" && event.by === me) this.play("dash");
    else if (event.type === "hit")
      this.play(event.victim === me || event.by === me ? "hit" : "far");
    else if (event.type === "phase" && event.phase === "playing") this.play("go");
    else if (event.type === "phase" && event.phase === "over") this.play("over");
  }

  play(name: SoundName): void {
    if (!this.#isOn || this.#context?.state !== "running") return;
    for (const tone of SOUNDS[name]) this.#tone(this.#context, tone);
  }

  #tone(context: AudioContext, { from, to = from, seconds, shape, volume, afterSeconds }: Tone) {
    if (this.#out === undefined) return;
    const start = context.currentTime + (afterSeconds ?? 0);
    const oscillator = new OscillatorNode(context, { type: shape ?? "sine", frequency: from });
    oscillator.frequency.setValueAtTime(from, start);
    oscillator.frequency.exponentialRampToValueAtTime(to, start + seconds);
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(volume ?? 1, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    oscillator.connect(gain).connect(this.#out);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  }
}

const SOUNDS = {
  gem: [{ from: 880, to: 1320, seconds: 0.12 }],
  gold: [
    { from: 990, seconds: 0.1, shape: "triangle" },
    { from: 1480, to: 1980, seconds: 0.22, shape: "triangle", afterSeconds: 0.08 },
  ],
  dash: [{ from: 240, to: 70, seconds: 0.22, shape: "sawtooth", volume: 0.45 }],
  hit: [
    { from: 150, to: 40, seconds: 0.32, shape: "square", volume: 0.8 },
    { from: 620, to: 90, seconds: 0.14, shape: "sawtooth", volume: 0.5 },
  ],
  far: [{ from: 120, to: 50, seconds: 0.18, volume: 0.35 }],
  ready: [{ from: 520, seconds: 0.12, shape: "triangle" }],
  tick: [{ from: 440, seconds: 0.1, shape: "triangle" }],
  go: [{ from: 880, seconds: 0.4, shape: "triangle" }],
  over: [
    { from: 660, seconds: 0.2, shape: "triangle" },
    { from: 440, seconds: 0.45, shape: "triangle", afterSeconds: 0.18 },
  ],
  prize: [
    { from: 523, seconds: 0.2, shape: "triangle" },
    { from: 659, seconds: 0.2, shape: "triangle", afterSeconds: 0.14 },
    { from: 784, seconds: 0.2, shape: "triangle", afterSeconds: 0.28 },
    { from: 1047, seconds: 0.6, shape: "triangle", afterSeconds: 0.42 },
  ],
} as const satisfies Record<string, readonly Tone[]>;

export type SoundName = keyof typeof SOUNDS;

function readStored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}
