import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { type Checkout, openCheckout } from "./checkout.ts";
import { CreateError } from "./errors.ts";
import { projectManifest } from "./projectManifest.ts";

export type CreateProjectOptions = {
  /** Folder that is made; may be there and empty. */
  readonly dir: string;
  /** Of the package and of the game; the folder's name by default. */
  readonly name?: string;
  /** Checkout of Weft whose packages the project uses; the one that this is part of by default. */
  readonly weft?: string;
  /** Whether npm links the packages. */
  readonly install: boolean;
};

export type CreatedProject = { readonly dir: string; readonly name: string };

const TEMPLATE_DIR = join(import.meta.dirname, "..", "template");
/** What is replaced in the template's files. */
const NAME_PLACEHOLDER = "my-game";
const WEFT_PLACEHOLDER = "WEFT_DIR";
/** Both an npm package's and a game's. */
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

const NPMRC = `# Weft's packages are links into its checkout: their own scripts have run there.
ignore-scripts=true
audit=false
fund=false
`;

/**
 * Makes a game project.
 * @throws CreateError
 */
export async function createProject(options: CreateProjectOptions): Promise<CreatedProject> {
  const dir = resolve(options.dir);
  const name = options.name ?? basename(dir).toLowerCase();
  if (!NAME.test(name)) {
    const message = `${JSON.stringify(name)} can't be a game's name: a small letter, then small letters, digits, - and _`;
    throw new CreateError("NAME_INVALID", message, { details: { name } });
  }
  const checkout = openCheckout(options.weft);
  if (!relative(checkout.dir, dir).startsWith("..")) {
    const message = `${dir} is in Weft's own checkout: choose a folder outside of it`;
    throw new CreateError("INSIDE_CHECKOUT", message, { details: { dir } });
  }
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new CreateError("FOLDER_NOT_EMPTY", `${dir} isn't empty`, { details: { dir } });
  }
  writeProject(dir, name, checkout);
  if (options.install) await install(dir, checkout);
  return { dir, name };
}

function writeProject(dir: string, name: string, checkout: Checkout): void {
  mkdirSync(dir, { recursive: true });
  cpSync(TEMPLATE_DIR, dir, { recursive: true });
  // npm leaves files of that name out of packages.
  renameSync(join(dir, "gitignore"), join(dir, ".gitignore"));
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, "utf8");
    const filled = text
      .replaceAll(NAME_PLACEHOLDER, name)
      .replaceAll(WEFT_PLACEHOLDER, checkout.dir);
    if (filled !== text) writeFileSync(path, filled);
  }
  const manifest = projectManifest(name, checkout);
  writeFileSync(join(dir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(dir, ".npmrc"), NPMRC);
}

/** Makes the links. Nothing is fetched: all of it is in the checkout. */
async function install(dir: string, checkout: Checkout): Promise<void> {
  const child = spawn("npm", ["install", "--offline", "--loglevel=error"], {
    cwd: dir,
    // What npm was called with, when it called us, is not for this one.
    env: withoutNpmSettings(process.env),
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString("utf8");
  });
  const [status] = await once(child, "close");
  if (status === 0) return;
  throw new CreateError("INSTALL_FAILED", `npm install failed in ${dir}: ${said.trim()}`, {
    details: { dir, status, checkout: checkout.dir },
  });
}

function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !/^npm_/i.test(key)));
}
