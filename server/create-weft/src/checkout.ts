import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { CreateError } from "./errors.ts";

/** A copy of Weft's repository, with its packages installed. */
export type Checkout = {
  /** Without symbolic links in it. */
  readonly dir: string;
};

/** The checkout that this file is part of. */
const OWN_DIR = join(import.meta.dirname, "..", "..", "..");

/** @throws CreateError CHECKOUT_MISSING */
export function openCheckout(given: string = OWN_DIR): Checkout {
  const dir = resolve(given);
  if (nameOf(join(dir, "package.json")) !== "weft") {
    throw new CreateError("CHECKOUT_MISSING", `there is no checkout of Weft in ${dir}`, {
      details: { dir },
    });
  }
  if (!existsSync(join(dir, "node_modules", "@weft", "game"))) {
    const message = `nothing is installed in ${dir}: run npm install there`;
    throw new CreateError("CHECKOUT_MISSING", message, { details: { dir } });
  }
  return { dir: realpathSync(dir) };
}

function nameOf(manifest: string): unknown {
  try {
    return JSON.parse(readFileSync(manifest, "utf8")).name;
  } catch {
    return undefined;
  }
}
