#!/usr/bin/env node
// `node .tools/run.mjs <program> [args]`: sets this checkout up if that is needed, then runs the
// program, which is `node` or a command of an installed package, under the Node that the checkout
// installs for itself.
//
// This file and what it imports run before anything is installed, on whatever Node the machine has.
// So they use nothing but Node's own modules, and this one file only syntax that a Node too old to
// go on can still parse: it has to be able to say so.

const OLDEST_NODE_MAJOR = 20;

async function main() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < OLDEST_NODE_MAJOR) {
    console.error(
      `weft: Node ${OLDEST_NODE_MAJOR} or newer is needed, this is ${process.version}. See https://nodejs.org`,
    );
    return 1;
  }
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) {
    console.error("usage: node .tools/run.mjs <program> [args]");
    return 2;
  }
  const { fileURLToPath } = await import("node:url");
  const { setUp } = await import("./setUp.mjs");
  const { buildPages } = await import("./buildPages.mjs");
  const { launch } = await import("./launch.mjs");
  const { SetUpError } = await import("./SetUpError.mjs");
  const root = fileURLToPath(new URL("..", import.meta.url));
  try {
    // Everything that is said here goes to stderr: stdout belongs to the program.
    const log = (/** @type {string} */ line) => console.error(`weft: ${line}`);
    const runtime = await setUp(root, { log });
    await buildPages(root, runtime, { log });
    return await launch(root, runtime, program, args);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`weft: ${error.message}`);
    return error.exitCode;
  }
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
