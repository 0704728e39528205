import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { SetUpError } from "./SetUpError.mjs";

/** The npm that Node 20.0 came with; older ones are not tried. */
const OLDEST_NPM_MAJOR = 9;
/** How much of npm's output is kept, for what may have to be shown. */
const OUTPUT_LIMIT_CHARS = 64_000;
/** How often an installation says that it still goes on. */
const STILL_RUNNING_MS = 15_000;

/**
 * Settings of an outer `npm run` that npm hands down in the environment, and that would make an
 * installation do something else.
 */
const UNWANTED_SETTINGS = [
  "npm_config_workspace",
  "npm_config_workspaces",
  "npm_config_global",
  "npm_config_dry_run",
  "npm_config_json",
  "npm_config_omit",
  "npm_config_production",
];

/** npm's error codes, in groups that need the same remedy. */
const REMEDIES = [
  {
    codes:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH)\b/,
    remedy:
      "The package registry could not be reached. Check the network or proxy, then try again.",
  },
  { codes: /\bENOSPC\b/, remedy: "The disk is full. Make room (about 1 GB), then try again." },
  {
    codes: /\b(EACCES|EPERM|EROFS)\b/,
    remedy: "This user may not write there. Fix that, then try again.",
  },
  {
    codes: /\b(EUSAGE|ELOCKVERIFY)\b/,
    remedy: "package.json and package-lock.json disagree. Run `npm install` and commit both.",
  },
  {
    codes: /\b(ETARGET|E404)\b/,
    remedy:
      "The registry does not have that version. Ask another registry, or step back a version.",
  },
  {
    codes: /\bEINTEGRITY\b/,
    remedy: "A download was damaged. Run `npm cache verify`, then try again.",
  },
];

/**
 * What to do about a failure of npm, from what it printed.
 * @param {string} output
 */
export function remedyFor(output) {
  const found = REMEDIES.find(({ codes }) => codes.test(output));
  return found?.remedy ?? "Try again; if it fails the same way, run `npm ci` by hand to see more.";
}

/**
 * What npm said of a failure, without the page on how to use it that it adds to some.
 * @param {string} stderr
 */
function complaintOf(stderr) {
  const usage = /^npm (error|ERR!) (Clean install a project|Usage:)$/m.exec(stderr);
  return stderr.slice(0, usage?.index).trim();
}

/**
 * The PATH without this checkout's own programs: while it is being installed, the Node in there may
 * be half there or about to be deleted, and npm must not run on it.
 * @param {string} root
 * @param {string} path
 */
export function withoutOwnPrograms(root, path) {
  const own = join(resolve(root), "node_modules");
  return path
    .split(delimiter)
    .filter((folder) => folder !== "" && !resolve(folder).startsWith(own))
    .join(delimiter);
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv }} how to start npm
 */
function npmCommand(root, env) {
  const clean = { ...env, PATH: withoutOwnPrograms(root, env.PATH ?? "") };
  for (const name of UNWANTED_SETTINGS) Reflect.deleteProperty(clean, name);
  // Inside `npm test` the outer npm says where it is and which Node runs it: use the same.
  const cli = env.npm_execpath;
  const node = env.npm_node_execpath;
  const isNpm = cli !== undefined && basename(cli) === "npm-cli.js" && existsSync(cli);
  const own = join(resolve(root), "node_modules");
  if (isNpm && node !== undefined && existsSync(node) && !node.startsWith(own)) {
    return { command: node, args: [cli], env: clean };
  }
  return { command: "npm", args: [], env: clean };
}

/**
 * @param {string} root
 * @param {string[]} args
 * @param {(line: string) => void} log
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ exitCode: number, stdout: string, stderr: string }>}
 */
async function runNpm(root, args, log, env) {
  const npm = npmCommand(root, env);
  const child = spawn(npm.command, [...npm.args, ...args], {
    cwd: root,
    env: npm.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout = (stdout + chunk).slice(-OUTPUT_LIMIT_CHARS);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    stderr = (stderr + chunk).slice(-OUTPUT_LIMIT_CHARS);
  });

  /** @type {NodeJS.Signals | undefined} */
  let interruptedBy;
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => {
    interruptedBy = signal;
    child.kill(signal);
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  const startedMs = performance.now();
  const still = setInterval(() => {
    log(`still at it, ${Math.round((performance.now() - startedMs) / 1000)} s`);
  }, STILL_RUNNING_MS);
  try {
    const exitCode = await new Promise((resolveExit, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolveExit(code ?? 1));
    });
    if (interruptedBy !== undefined) {
      throw new SetUpError("INTERRUPTED", "set-up interrupted", {
        exitCode: 128 + constants.signals[interruptedBy],
      });
    }
    return { exitCode, stdout, stderr };
  } catch (cause) {
    if (cause instanceof SetUpError) throw cause;
    const message =
      "npm could not be started. It comes with Node: is it installed and in the PATH?";
    throw new SetUpError("NPM_MISSING", message, { cause });
  } finally {
    clearInterval(still);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt).off("SIGHUP", interrupt);
  }
}

/**
 * Runs an npm command that installs something, quietly: npm's warnings about the machine's older
 * Node (EBADENGINE) are about a Node that runs none of these packages.
 * @param {string} root
 * @param {string[]} args
 * @param {(line: string) => void} log
 * @param {NodeJS.ProcessEnv} [env]
 * @throws {SetUpError} NPM_MISSING, INSTALL_FAILED, INTERRUPTED
 */
export async function installWithNpm(root, args, log, env = process.env) {
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-progress"];
  const result = await runNpm(root, [...args, ...quiet], log, env);
  if (result.exitCode === 0) return;
  const remedy = remedyFor(result.stderr);
  throw new SetUpError(
    "INSTALL_FAILED",
    `\`npm ${args.join(" ")}\` failed:\n\n${complaintOf(result.stderr)}\n\nweft: ${remedy}`,
  );
}

/**
 * Whether npm refused a lock file, rather than failed to install what it says.
 * @param {unknown} error
 */
export function isLockRefused(error) {
  return error instanceof SetUpError && /\b(EUSAGE|ELOCKVERIFY)\b/.test(error.message);
}

/**
 * @param {string} root
 * @param {(line: string) => void} log
 * @param {NodeJS.ProcessEnv} [env]
 * @throws {SetUpError} NPM_MISSING, NPM_TOO_OLD, INTERRUPTED
 */
export async function assertNpm(root, log, env = process.env) {
  const { exitCode, stdout, stderr } = await runNpm(root, ["--version"], log, env);
  const version = stdout.trim();
  if (exitCode !== 0) {
    throw new SetUpError("NPM_MISSING", `\`npm --version\` failed:\n\n${stderr.trim()}`);
  }
  if (!(Number.parseInt(version, 10) >= OLDEST_NPM_MAJOR)) {
    throw new SetUpError(
      "NPM_TOO_OLD",
      `npm ${OLDEST_NPM_MAJOR} or newer is needed, this is ${version}. \`npm install -g npm\` updates it.`,
    );
  }
}
