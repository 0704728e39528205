import { relative } from "node:path";
import { CodedError } from "@weft/protocol";
import { Command, CommanderError } from "commander";
import { type CreatedProject, createProject } from "./createProject.ts";

/** What the process exits with: 2 for a wrong command line, 3 when no project could be made. */
const ExitCode = { ok: 0, usage: 2, failed: 3 } as const;

type Options = { readonly name?: string; readonly weft?: string; readonly install: boolean };

/** The command `create-weft`, which `npm create weft` runs. @returns what to exit with */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = new Command("create-weft")
    .description("Makes a multiplayer game project: a game, a server, a bot, and tests that pass.")
    .argument("<dir>", "the project's folder, which is made")
    .option("--name <name>", "name of the game; the folder's by default")
    .option("--weft <dir>", "checkout of Weft whose packages it uses; this one by default")
    .option("--no-install", "don't run npm install")
    .showHelpAfterError()
    .exitOverride()
    .action(async (dir: string, options: Options) => {
      describe(await createProject({ dir, ...options }), options);
    });
  try {
    await program.parseAsync(argv, { from: "user" });
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return ExitCode.failed;
  }
}

function describe({ dir, name }: CreatedProject, { install }: Options): void {
  const folder = relative(process.cwd(), dir) || ".";
  const lines = [
    `${name} is in ${dir}`,
    "",
    `  cd ${folder}`,
    ...(install ? [] : ["  npm install"]),
    "  npm start       # a server, and two bots that play",
    "  npm run dev     # the same, and a change of src/game.ts is played at once",
    "  npm test        # the game's tests",
    "",
  ];
  process.stdout.write(lines.join("\n"));
}
