import { drawGlow } from "./sprites.ts";

/** Of more, the oldest make way. */
const MAX_PARTICLES = 420;

type Particle = {
  x: number;
  y: number;
  vx: number;
  vy: number;
  ageMs: number;
  readonly lifeMs: number;
  readonly size: number;
  readonly color: string;
};

export type Burst = {
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly count: number;
  /** Units of the plane a second, at most. */
  readonly speed: number;
  readonly lifeMs: number;
  readonly size: number;
};

/** Sparks: decoration only, so they may be by chance. */
export class Particles {
  readonly #particles: Particle[] = [];

  burst({ x, y, color, count, speed, lifeMs, size }: Burst): void {
    for (let nth = 0; nth < count; nth++) {
      const angle = Math.random() * 2 * Math.PI;
      const fast = speed * (0.25 + 0.75 * Math.random());
      this.#particles.push({
        x,
        y,
        vx: Math.cos(angle) * fast,
        vy: Math.sin(angle) * fast,
        ageMs: 0,
        lifeMs: lifeMs * (0.5 + 0.5 * Math.random()),
        size: size * (0.6 + 0.8 * Math.random()),
        color,
      });
    }
    const surplus = this.#particles.length - MAX_PARTICLES;
    if (surplus > 0) this.#particles.splice(0, surplus);
  }

  /** Draws them where they are after `elapsedMs` more. Light adds up: set that in the context before. */
  draw(context: CanvasRenderingContext2D, elapsedMs: number): void {
    const drag = Math.exp(-elapsedMs / 260);
    let kept = 0;
    for (const particle of this.#particles) {
      particle.ageMs += elapsedMs;
      if (particle.ageMs >= particle.lifeMs) continue;
      particle.x += (particle.vx * elapsedMs) / 1000;
      particle.y += (particle.vy * elapsedMs) / 1000;
      particle.vx *= drag;
      particle.vy *= drag;
      context.globalAlpha = 1 - particle.ageMs / particle.lifeMs;
      drawGlow(context, particle.color, particle, particle.size);
      this.#particles[kept++] = particle;
    }
    this.#particles.length = kept;
    context.globalAlpha = 1;
  }
}
