import { type Address, chainNumber, type Hash, type Hex, timestampMs } from "@weft/protocol";
import { createMemoryStore } from "@weft/state-tree";
import fc from "fast-check";
import { getContractAddress } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { type ClosableEngine, createZkEngine, storeInMemory } from "../src/engine/engine.ts";
import type { StateBackend } from "../src/engine/state/stateBackend.ts";
import { TreeStateBackend } from "../src/engine/state/treeStateBackend.ts";
import {
  alice,
  bob,
  CHAIN_ID,
  carol,
  FEE_RECIPIENT,
  genesis as fullGenesis,
  GWEI,
  lowerCase,
  START_MS,
  sign,
  TestLedger,
} from "../src/testChain.ts";
import type { ExecutedBlock } from "../src/types.ts";
import { createMerkleStateBackend } from "./merkleStateBackend.ts";
import { ACTORS, creationOf, type Program, programArbitrary, SLOTS } from "./randomPrograms.ts";

/** A few seconds by default; WEFT_DIFFERENTIAL_RUNS=1000 looks for longer. */
const RUNS = Number(process.env.WEFT_DIFFERENTIAL_RUNS ?? 20);
const RUN_LIMIT_MS = 2_000;

const senders = [alice, bob, carol] as const;
const deployed = (account: PrivateKeyAccount, nonce: number): Address =>
  lowerCase(getContractAddress({ from: account.address, nonce: BigInt(nonce) }));

/** Contracts that transactions may create, those who send them, precompiles, and nobody. */
const ACTOR_ADDRESSES: readonly Address[] = [
  ...[0, 1, 2, 3, 4].map((nonce) => deployed(alice, nonce)),
  deployed(bob, 0),
  lowerCase(alice.address),
  lowerCase(carol.address),
  FEE_RECIPIENT,
  "0x0000000000000000000000000000000000000004",
  "0x0000000000000000000000000000000000000100",
  "0x00000000000000000000000000000000000000d0",
];
expect(ACTOR_ADDRESSES).toHaveLength(ACTORS);

/** One contract, which does nothing, is enough to be a portal. */
const deployer: Address = "0x00000000000000000000000000000000000000de";
const portal = lowerCase(getContractAddress({ from: deployer, nonce: 0n }));
const genesis = {
  ...fullGenesis,
  deployer,
  portal,
  allocations: [...senders].map(({ address }) => ({
    address: lowerCase(address),
    balance: 1_000n * GWEI * GWEI,
  })),
  contracts: [{ address: portal, creationCode: Buffer.from(creationOf("0x00").slice(2), "hex") }],
};

type Step = {
  readonly sender: number;
  readonly gas: bigint;
  readonly value: bigint;
  readonly type: "legacy" | "eip2930" | "eip1559";
  /** Whether a block ends with it. */
  readonly isLast: boolean;
} & ({ readonly create: Program; readonly isRaw: boolean } | { readonly to: number });

const common = {
  sender: fc.constantFrom(0, 0, 0, 1, 2),
  gas: fc.constantFrom(100_000n, 1_000_000n, 3_000_000n, 3_000_000n),
  value: fc.constantFrom(0n, 0n, 3n),
  type: fc.constantFrom("legacy" as const, "eip2930" as const, "eip1559" as const),
  isLast: fc.boolean(),
};
const createStep: fc.Arbitrary<Step> = fc.record({
  ...common,
  create: programArbitrary,
  /** Whether the program is the constructor, not the code. */
  isRaw: fc.constantFrom(false, false, false, true),
});
/** Mostly calls of what Alice has created. */
const callStep: fc.Arbitrary<Step> = fc.record({
  ...common,
  to: fc.oneof(
    { weight: 4, arbitrary: fc.nat({ max: 4 }) },
    { weight: 1, arbitrary: fc.nat({ max: ACTORS - 1 }) },
  ),
});
const firstStep = createStep.map((step): Step => ({ ...step, sender: 0, isRaw: false }));
/** Contracts first: then there is something to call. */
const story = fc
  .tuple(
    fc.array(firstStep, { minLength: 2, maxLength: 5 }),
    fc.array(fc.oneof({ weight: 5, arbitrary: callStep }, { weight: 1, arbitrary: createStep }), {
      minLength: 4,
      maxLength: 12,
      size: "max",
    }),
  )
  .map(([first, then]) => [...first, ...then]);

function engineOn(backend: StateBackend): ClosableEngine {
  const ignore = () => {};
  const events = { onPending: ignore, onCommitted: ignore, onDropped: ignore };
  return createZkEngine(events, { ...storeInMemory(), backend });
}
const treeEngine = () => engineOn(new TreeStateBackend(createMemoryStore()));

async function signStep(step: Step, nonce: number): Promise<Uint8Array> {
  const data = (): Hex => {
    if ("to" in step) return "0x01";
    const program = step.create(ACTOR_ADDRESSES);
    return step.isRaw ? program : creationOf(program);
  };
  const prices =
    step.type === "eip1559"
      ? { maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: 1_000_000n }
      : { gasPrice: 3n * GWEI, maxFeePerGas: undefined, maxPriorityFeePerGas: undefined };
  const accessList =
    step.type === "legacy"
      ? undefined
      : [{ address: ACTOR_ADDRESSES[1] as Address, storageKeys: [slotOf(0)] }];
  return sign(senders[step.sender] as PrivateKeyAccount, {
    nonce,
    gas: step.gas,
    value: step.value,
    data: data(),
    ...("to" in step ? { to: ACTOR_ADDRESSES[step.to] as Address } : {}),
    ...({ ...prices, accessList, type: step.type } as object),
  });
}

const slotOf = (index: number): Hash => `0x${index.toString(16).padStart(64, "0")}`;

/** A chain that executes a story's steps, block by block. */
async function play(engine: ClosableEngine, steps: readonly Step[]) {
  const ledger = new TestLedger();
  const built: ExecutedBlock[] = [];
  const order = async (block: ExecutedBlock) => {
    const { header, hash } = ledger.order(block);
    await engine.commit(header, hash);
    built.push(block);
  };
  await order(await engine.buildGenesis(genesis));
  for (const [index, step] of steps.entries()) {
    const sender = lowerCase((senders[step.sender] as PrivateKeyAccount).address);
    const nonce = Number(await engine.nonce(sender, "pending"));
    await engine.submit(await signStep(step, nonce));
    if (!step.isLast && index < steps.length - 1) continue;
    const block = await engine.build({
      timestampMs: timestampMs(START_MS + built.length * 1000),
      releases: [],
    });
    if (block !== undefined) await order(block);
  }
  return { engine, ledger, built };
}

/** All that the two may not differ in; roots are those of different trees. */
function effectsOf({ stateRoot: _, receipts, ...block }: ExecutedBlock) {
  const effects = receipts.map(({ preStateRoot: _, postStateRoot: __, ...receipt }) => receipt);
  return { ...block, receipts: effects };
}

function addressesOf(built: readonly ExecutedBlock[]): Address[] {
  const created = built.flatMap(({ receipts }) =>
    receipts.flatMap(({ contractAddress }) => contractAddress ?? []),
  );
  return [...new Set([...ACTOR_ADDRESSES, ...created])];
}

async function stateOf(engine: ClosableEngine, addresses: readonly Address[], number: number) {
  const at = chainNumber(number);
  const slots = Array.from({ length: SLOTS }, (_, index) => slotOf(index));
  return Promise.all(
    addresses.map(async (address) => ({
      address,
      balance: await engine.balance(address, at),
      nonce: await engine.nonce(address, at),
      code: await engine.code(address, at),
      storage: await Promise.all(slots.map((slot) => engine.storage(address, slot, at))),
    })),
  );
}

it(
  "does on the tree what it does on EthereumJS's own state",
  async () => {
    const counts = { transactions: 0, reverted: 0, logs: 0, contracts: 0, slots: 0, created: 0 };
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const tree = await play(treeEngine(), steps);
        const merkle = await play(engineOn(await createMerkleStateBackend(CHAIN_ID)), steps);
        expect(tree.built.map(effectsOf)).toEqual(merkle.built.map(effectsOf));
        const addresses = addressesOf(tree.built);
        for (const { number } of tree.built) {
          const expected = await stateOf(merkle.engine, addresses, number);
          expect(await stateOf(tree.engine, addresses, number)).toEqual(expected);
          for (const { storage, nonce, code } of expected) {
            counts.slots += storage.filter((word) => BigInt(word) !== 0n).length;
            if (code !== "0x" && nonce > 1n) counts.created++;
          }
        }
        // Replaying checks the state root, which is one of the same history on every machine.
        const replay = treeEngine();
        for (const block of tree.ledger.blocks) await replay.execute(block);
        for (const { receipts } of tree.built) {
          counts.transactions += receipts.length;
          counts.reverted += receipts.filter(({ status }) => status === "reverted").length;
          counts.logs += receipts.flatMap(({ logs }) => logs).length;
          counts.contracts += receipts.filter((one) => one.contractAddress !== undefined).length;
        }
      }),
      { numRuns: RUNS },
    );
    // Stories in which nothing happens would show nothing.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
  },
  RUNS * RUN_LIMIT_MS,
);
