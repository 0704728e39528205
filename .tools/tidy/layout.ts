// What DESIGN.md calls "Where code lives", for the tidy test to hold the code against.

/** A workspace's package name, and ours that it may import. The lower never imports the higher. */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "@weft/protocol": [],
  "@weft/ledger": ["@weft/protocol"],
  "@weft/ethereum": ["@weft/protocol"],
  "@weft/contracts": ["@weft/protocol"],
  "@weft/circuits": ["@weft/protocol"],
  "@weft/game": ["@weft/protocol"],
  "@weft/state-tree": ["@weft/protocol"],
  "@weft/fast-chain": ["@weft/ledger", "@weft/protocol", "@weft/ethereum"],
  "@weft/zk-chain": ["@weft/state-tree", "@weft/ledger", "@weft/protocol", "@weft/ethereum"],
  "@weft/rpc": [
    "@weft/fast-chain",
    "@weft/zk-chain",
    "@weft/ledger",
    "@weft/ethereum",
    "@weft/protocol",
  ],
  // of rpc its answers' types, of which nothing is left in a page
  "@weft/explorer": ["@weft/rpc", "@weft/contracts", "@weft/protocol"],
  "@weft/node": [
    "@weft/rpc",
    "@weft/explorer",
    "@weft/fast-chain",
    "@weft/zk-chain",
    "@weft/ledger",
    "@weft/ethereum",
    "@weft/protocol",
    "@weft/contracts",
    "@weft/circuits",
  ],
  "@weft/rooms": [
    "@weft/node",
    "@weft/game",
    "@weft/contracts",
    "@weft/circuits",
    "@weft/fast-chain",
    "@weft/ledger",
    "@weft/ethereum",
    "@weft/protocol",
  ],
  "@weft/client-sdk": ["@weft/protocol", "@weft/game", "@weft/contracts", "@weft/circuits"],
  "@weft/testing": ["@weft/game", "@weft/protocol"],
  "@weft/cli": [
    "@weft/node",
    "@weft/client-sdk",
    "@weft/game",
    "@weft/testing",
    "@weft/fast-chain",
    "@weft/ledger",
    "@weft/protocol",
  ],
  "@weft/simulator": [
    "@weft/rooms",
    "@weft/client-sdk",
    "@weft/node",
    "@weft/game",
    "@weft/fast-chain",
    "@weft/ledger",
    "@weft/protocol",
  ],
  // what the projects that it makes use
  "create-weft": [
    "@weft/game",
    "@weft/rooms",
    "@weft/client-sdk",
    "@weft/testing",
    "@weft/protocol",
  ],
};

/** What only tests, benchmarks and build scripts of a workspace may import besides. */
export const ALLOWED_IMPORTS_OF_TESTS: Readonly<Record<string, readonly string[]>> = {
  "@weft/zk-chain": ["@weft/contracts"],
  "@weft/rpc": ["@weft/contracts"],
  // real proofs to verify
  "@weft/fast-chain": ["@weft/circuits"],
  // a round that was played on a real server, and a node that follows it
  "@weft/explorer": ["@weft/rooms", "@weft/node", "@weft/client-sdk", "@weft/game"],
  // beside it rather than above it: the real server to talk to, and what verifies a login's proof there
  "@weft/client-sdk": ["@weft/rooms", "@weft/fast-chain"],
  // clients to measure it with
  "@weft/rooms": ["@weft/client-sdk"],
  // a real round to look at
  "@weft/cli": ["@weft/rooms", "@weft/contracts"],
};

/** Examples stand on top of everything. */
export const MAY_IMPORT_ANYTHING = /^examples\//;

/** The main entry of these, and all it reaches, runs in browsers: nothing of Node's in it. */
export const RUNS_IN_BROWSERS: readonly string[] = [
  "@weft/protocol",
  "@weft/game",
  "@weft/contracts",
  "@weft/circuits",
  "@weft/client-sdk",
];

/** The fixed top level; besides these, dotfiles and configuration files. */
export const TOP_LEVEL: ReadonlySet<string> = new Set([
  "LICENSE",
  "README.md",
  "biome.json",
  "circuits",
  "client-sdk",
  "contracts",
  // results of benchmarks, not committed
  "dist",
  "examples",
  "knip.json",
  "node_modules",
  "package-lock.json",
  "package.json",
  "sequencer",
  "server",
  "tsconfig.json",
]);

export const MAX_FILE_LINES = 500;
export const MAX_FUNCTION_LINES = 70;
