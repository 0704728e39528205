import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import solc from "solc";
import { z } from "zod";
import type { Tokens } from "./tokens.ts";

const require = createRequire(import.meta.url);
const openZeppelin = dirname(require.resolve("@openzeppelin/contracts/package.json"));
const PREFIX = "@openzeppelin/contracts/";

const compiled = z.object({
  evm: z.object({ bytecode: z.object({ object: z.string() }) }),
});
const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.object({ "Tokens.sol": z.object({ Coin: compiled, Deed: compiled }) }).optional(),
});

/** The creation code of an ERC-20 and an ERC-721 of OpenZeppelin's, unmodified. */
export function compileTokens(): Tokens {
  const content = readFileSync(new URL("./Tokens.sol", import.meta.url), "utf8");
  const input = {
    language: "Solidity",
    sources: { "Tokens.sol": { content } },
    settings: {
      evmVersion: "osaka",
      optimizer: { enabled: true },
      // Without the hash of sources, a comment that changes leaves the bytecode as it is.
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
    },
  };
  const read = (path: string) => {
    if (!path.startsWith(PREFIX)) return { error: `${path} isn't OpenZeppelin's` };
    return { contents: readFileSync(join(openZeppelin, path.slice(PREFIX.length)), "utf8") };
  };
  const output = outputSchema.parse(
    JSON.parse(String(solc.compile(JSON.stringify(input), { import: read }))),
  );
  const contracts = output.contracts?.["Tokens.sol"];
  if (contracts === undefined) {
    throw new Error(output.errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  }
  const { Coin, Deed } = contracts;
  return { coin: `0x${Coin.evm.bytecode.object}`, deed: `0x${Deed.evm.bytecode.object}` };
}
