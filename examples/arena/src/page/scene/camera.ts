import { rules } from "../../game/arena.ts";

type Point = { readonly x: number; readonly y: number };
export type Size = { readonly width: number; readonly height: number };

/** How the plane lies on the screen: `screen = plane * scale + offset`, in CSS pixels. */
export type Camera = { readonly scale: number; readonly x: number; readonly y: number };

/** On screens so small that the whole plane would have to be smaller than this, the camera follows the ship. */
const LEAST_SCALE = 0.6;
/** Space around the plane, in CSS pixels, which its walls take some of. */
const MARGIN = 32;

/** What the page covers of the picture, in CSS pixels. */
export type Covered = { readonly top: number; readonly right: number };

/** All of the plane where it fits beside what is covered, else the part around the player's ship. */
export function placeCamera(
  screen: Size,
  ship: Point | undefined,
  { top, right }: Covered = { top: 0, right: 0 },
): Camera {
  const [width, height] = [screen.width - right, screen.height - top];
  const fit = Math.min((width - 2 * MARGIN) / rules.WIDTH, (height - 2 * MARGIN) / rules.HEIGHT);
  const scale = Math.max(fit, LEAST_SCALE);
  const focus = ship ?? { x: rules.WIDTH / 2, y: rules.HEIGHT / 2 };
  return {
    scale,
    x: place(width, rules.WIDTH * scale, focus.x * scale),
    y: top + place(height, rules.HEIGHT * scale, focus.y * scale),
  };
}

/** Where the plane begins on a screen, along one axis: in its middle, or so that the focus is, without a gap at an end. */
function place(screen: number, plane: number, focus: number): number {
  if (plane + 2 * MARGIN <= screen) return (screen - plane) / 2;
  const wanted = screen / 2 - focus;
  return Math.min(MARGIN, Math.max(screen - plane - MARGIN, wanted));
}
