import { contractAddresses } from "@weft/contracts";
import {
  type Block,
  type BlockHeader,
  encodeZkTransaction,
  type Hash,
  hashHeader,
  keccak256,
  timestampMs,
  transactionsRoot,
  ZERO_HASH,
  type ZkGenesis,
} from "@weft/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import {
  alice,
  bob,
  carol,
  codeOf,
  FEE_RECIPIENT,
  GWEI,
  genesis,
  lowerCase,
  START_MS,
  sign,
  TestChain,
} from "../testChain.ts";
import type { ZkEngine } from "../types.ts";
import { createZkEngine } from "./engine.ts";

const emptyEngine = () =>
  createZkEngine({ onPending: () => {}, onCommitted: () => {}, onDropped: () => {} });

let chain: TestChain;
beforeEach(async () => {
  chain = await TestChain.start();
});

describe("genesis", () => {
  it("credits the allocations and runs the constructors", async () => {
    const { engine } = chain;
    expect(await engine.balance(lowerCase(alice.address))).toBe(1_000n * GWEI * GWEI);
    for (const address of Object.values(contractAddresses)) {
      expect((await engine.code(lowerCase(address))).length).toBeGreaterThan(100);
    }
    expect(await engine.nonce(genesis.deployer)).toBe(BigInt(genesis.contracts.length));
    const [receipt] = (await engine.blockReceipts(0 as never)) ?? [];
    // Ownership is handed over by constructors.
    expect(receipt?.logs.length).toBeGreaterThan(0);
  });

  it.each<[string, Partial<ZkGenesis>]>([
    [
      "a constructor that fails",
      { contracts: [{ ...portalAt(0), creationCode: new Uint8Array([0xfe]) }] },
    ],
    [
      "an address that doesn't follow",
      { contracts: [{ ...portalAt(0), address: FEE_RECIPIENT }], portal: FEE_RECIPIENT },
    ],
    ["a portal that nothing creates", { portal: FEE_RECIPIENT }],
    [
      "an address that is allocated to twice",
      { allocations: [...genesis.allocations, ...genesis.allocations] },
    ],
    ["a gas limit below a transaction's", { gasLimit: 1_000_000n }],
    ["a gas limit above what a tree takes", { gasLimit: 600_000_000n }],
    [
      "more money than fits in an account",
      { allocations: genesis.allocations.map((one) => ({ ...one, balance: 2n ** 127n })) },
    ],
  ])("refuses %s", async (_, change) => {
    const engine = emptyEngine();
    expect(await codeOf(engine.buildGenesis({ ...genesis, ...change }))).toBe("GENESIS_INVALID");
    // and is as empty as before
    await engine.buildGenesis(genesis);
  });

  it("is there once, and before everything else", async () => {
    expect(await codeOf(chain.engine.buildGenesis(genesis))).toBe("GENESIS_EXISTS");
    const engine = emptyEngine();
    expect(await codeOf(engine.balance(FEE_RECIPIENT))).toBe("NO_GENESIS");
    expect(await codeOf(engine.submit(await sign(alice, {})))).toBe("NO_GENESIS");
    expect(await codeOf(engine.build({ timestampMs: timestampMs(0), releases: [] }))).toBe(
      "NO_GENESIS",
    );
    expect(await engine.newest()).toBeUndefined();
  });
});

function portalAt(index: number) {
  return genesis.contracts[index] as (typeof genesis.contracts)[number];
}

describe("the life of a block", () => {
  it("is nothing when nothing waits", async () => {
    const input = { timestampMs: timestampMs(START_MS + 1000), releases: [] };
    expect(await chain.engine.build(input)).toBeUndefined();
    expect(await codeOf(chain.engine.discard())).toBe("NO_BUILD");
  });

  it("hides an open block from reads, and shows it once committed", async () => {
    const { engine } = chain;
    const hash = await engine.submit(await sign(alice, { to: carol.address, value: 5n }));
    expect(chain.pendingCount).toBe(1);
    const built = await engine.build({ timestampMs: timestampMs(START_MS + 1000), releases: [] });
    expect(built?.receipts).toMatchObject([
      { transactionHash: hash, status: "success", gasUsed: 21_000n },
    ]);
    expect(await engine.balance(lowerCase(carol.address))).toBe(0n);
    expect(await engine.receipt(hash)).toBeUndefined();
    expect(await codeOf(engine.build({ timestampMs: timestampMs(0), releases: [] }))).toBe(
      "BUILD_PENDING",
    );

    const block = await chain.commit(built as NonNullable<typeof built>);
    expect(await engine.balance(lowerCase(carol.address))).toBe(5n);
    expect(await engine.receipt(hash)).toMatchObject({
      blockHash: block.hash,
      blockNumber: 1,
      blockHeight: 7,
      index: 0,
    });
    expect(await engine.newest()).toMatchObject({
      number: 1,
      hash: block.hash,
      transactionHashes: [hash],
    });
    expect(chain.committed).toEqual([0, 1]);
    expect(await codeOf(engine.commit(block.header, block.hash))).toBe("NO_BUILD");
  });

  it("undoes a discarded block, whose transactions wait again", async () => {
    const { engine } = chain;
    await engine.submit(await sign(alice, { to: carol.address, value: 5n }));
    const input = { timestampMs: timestampMs(START_MS + 1000), releases: [] };
    const first = await engine.build(input);
    await engine.discard();
    expect(chain.pendingCount).toBe(2);
    expect(await engine.balance(lowerCase(carol.address))).toBe(0n);
    expect(await engine.build(input)).toEqual(first);
  });

  it("takes only the header of the block that was built", async () => {
    const { engine, ledger } = chain;
    await engine.submit(await sign(alice, { to: carol.address, value: 5n }));
    const built = await engine.build({ timestampMs: timestampMs(START_MS + 1000), releases: [] });
    if (built === undefined) throw new Error("nothing built");
    const wrong: Partial<BlockHeader>[] = [
      { stateRoot: ZERO_HASH },
      { transactionsRoot: ZERO_HASH },
      { chainParentHash: ZERO_HASH },
      { timestampMs: timestampMs(START_MS + 999) },
      { number: 2 as never },
      { chainId: 1 as never },
    ];
    for (const change of wrong) {
      const { header, hash } = ledger.order(built, change);
      ledger.blocks.pop();
      expect(await codeOf(engine.commit(header, hash))).toBe("BUILD_MISMATCH");
    }
    const { header } = ledger.order(built);
    ledger.blocks.pop();
    expect(await codeOf(engine.commit(header, ZERO_HASH))).toBe("BUILD_MISMATCH");
    await chain.commit(built);
  });

  it("pays base fee and tip to the fee recipient, and follows EIP-1559", async () => {
    const { engine } = chain;
    const before = await engine.newest();
    const built = await chain.send(alice, { to: carol.address, value: 1n, gas: 21_000n });
    const info = await engine.newest();
    expect(before?.baseFeePerGas).toBe(GWEI);
    expect(info?.baseFeePerGas).toBe((GWEI * 7n) / 8n);
    const price = (GWEI * 7n) / 8n + GWEI / 1000n;
    expect(built.receipts[0]?.effectiveGasPrice).toBe(price);
    expect(await engine.balance(FEE_RECIPIENT)).toBe(21_000n * price);
    expect(await engine.balance(lowerCase(alice.address))).toBe(
      1_000n * GWEI * GWEI - 21_000n * price - 1n,
    );
  });

  it("gives the EVM what it derives from the ledger", async () => {
    const { engine } = chain;
    // Runtime code that answers with one opcode's value: <op> PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN
    const read = (code: string) => engine.call({ data: `0x${code}60005260206000f3` });
    await chain.send(alice, { to: carol.address });
    await chain.send(alice, { to: carol.address });
    const newest = await engine.newest();
    const [genesisBlock, first] = chain.ledger.blocks as [Block, Block];
    expect(BigInt(await read("43"))).toBe(2n);
    expect(BigInt(await read("42"))).toBe(BigInt(Math.floor((START_MS + 2000) / 1000)));
    expect(BigInt(await read("41"))).toBe(BigInt(FEE_RECIPIENT));
    expect(BigInt(await read("45"))).toBe(genesis.gasLimit);
    expect(BigInt(await read("46"))).toBe(BigInt(genesis.chainId));
    expect(BigInt(await read("48"))).toBe(newest?.baseFeePerGas);
    expect(await read("44")).toBe(keccak256(Buffer.from(first.hash.slice(2), "hex")));
    expect(await read("600140")).toBe(first.hash);
    expect(await read("600040")).toBe(genesisBlock.hash);
    expect(BigInt(await read("600240"))).toBe(0n);
  });

  it("never lets the EVM's clock go back", async () => {
    await chain.send(alice, { to: carol.address });
    await chain.engine.submit(await sign(alice, { to: carol.address, nonce: 1 }));
    await chain.next({ timestampMs: timestampMs(5) });
    const [first, second] = [
      await chain.engine.blockByNumber(1 as never),
      await chain.engine.newest(),
    ];
    expect(second?.timestamp).toBe(first?.timestamp);
  });
});

describe("execute", () => {
  /** A few blocks with transfers, a failing call and a deployment. */
  async function play(): Promise<readonly Block[]> {
    await chain.send(alice, { to: carol.address, value: GWEI * GWEI });
    await chain.engine.submit(await sign(bob, { to: carol.address, value: 3n }));
    await chain.send(alice, { to: contractAddresses.gamePass, data: "0x12345678" });
    await chain.send(carol, { gas: 3_000_000n, data: "0x60016000526001601ff3" });
    return chain.ledger.blocks;
  }

  async function replay(engine: ZkEngine, blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) await engine.execute(block);
  }

  it("gives the same state on another instance", async () => {
    const blocks = await play();
    const engine = emptyEngine();
    const executed = [];
    for (const block of blocks) executed.push(await engine.execute(block));
    expect(executed.map(({ stateRoot }) => stateRoot)).toEqual(
      blocks.map(({ header }) => header.stateRoot),
    );
    for (const { number } of executed) {
      expect(await engine.blockReceipts(number)).toEqual(await chain.engine.blockReceipts(number));
      expect(await engine.blockByNumber(number)).toEqual(await chain.engine.blockByNumber(number));
      expect(await engine.blockTransactions(number)).toEqual(
        await chain.engine.blockTransactions(number),
      );
    }
    expect((await engine.blockReceipts(2 as never))?.map(({ status }) => status).sort()).toEqual([
      "reverted",
      "success",
    ]);
  });

  it("removes from the mempool what came in with a block", async () => {
    const other = await TestChain.start();
    const raw = await sign(alice, { to: carol.address });
    await other.engine.submit(raw);
    await chain.engine.submit(raw);
    await chain.next();
    await other.engine.execute(chain.ledger.blocks[1] as Block);
    expect(await other.engine.nonce(lowerCase(alice.address), "pending")).toBe(1n);
    expect(await codeOf(other.engine.submit(raw))).toBe("NONCE_TOO_LOW");
  });

  const reseal = (
    block: Block,
    header: Partial<BlockHeader>,
    transactions = block.transactions,
  ): Block => {
    const changed = {
      ...block.header,
      transactionsRoot: transactionsRoot(transactions),
      ...header,
    };
    return { header: changed, hash: hashHeader(changed), transactions };
  };
  const begin = (at: number) =>
    encodeZkTransaction({ type: "begin", timestampMs: timestampMs(at) });

  it.each<[rule: string, how: string, tamper: (block: Block) => Block | Promise<Block>]>([
    ["hash", "another hash", (block) => ({ ...block, hash: ZERO_HASH })],
    ["chain", "another chain", (block) => reseal(block, { chainId: 1 as never })],
    ["parent", "another parent", (block) => reseal(block, { chainParentHash: ZERO_HASH })],
    ["parent", "another number", (block) => reseal(block, { number: 2 as never })],
    [
      "transactionsRoot",
      "another transaction",
      (block) => ({ ...block, transactions: [begin(START_MS + 1)] }),
    ],
    ["stateRoot", "another state", (block) => reseal(block, { stateRoot: ZERO_HASH })],
    [
      "stateRoot",
      "one transaction less",
      (block) => reseal(block, {}, block.transactions.slice(0, 1)),
    ],
    ["shape", "no begin", (block) => reseal(block, {}, block.transactions.slice(1))],
    ["shape", "nothing", (block) => reseal(block, {}, [])],
    ["shape", "two begins", (block) => reseal(block, {}, [begin(START_MS), ...block.transactions])],
    [
      "timestamp",
      "a clock before the parent's",
      (block) => reseal(block, {}, [begin(START_MS - 1)]),
    ],
    [
      "timestamp",
      "a clock past the header's",
      (block) => reseal(block, {}, [begin(START_MS + 9999)]),
    ],
    [
      "transaction",
      "bytes",
      (block) => reseal(block, {}, [...block.transactions, Uint8Array.of(2, 0xc0)]),
    ],
    [
      "transaction",
      "a type of the fast chain",
      (block) => reseal(block, {}, [...block.transactions, Uint8Array.of(0x57)]),
    ],
    [
      "transaction",
      "a transaction twice",
      (block) => reseal(block, {}, [...block.transactions, ...block.transactions.slice(1)]),
    ],
    [
      "transaction",
      "a sender without funds",
      async (block) => reseal(block, {}, [begin(START_MS), await sign(carol, { to: bob.address })]),
    ],
    [
      "releases",
      "a release out of order",
      (block) =>
        reseal(block, {}, [
          begin(START_MS),
          encodeZkTransaction({
            type: "release",
            nonce: 1n,
            asset: FEE_RECIPIENT,
            recipient: FEE_RECIPIENT,
            amount: 1n,
            fromHeight: 3 as never,
          }),
        ]),
    ],
  ])("refuses a block that breaks the rule %s: %s", async (rule, _, tamper) => {
    const [first, second, third] = (await play()) as [Block, Block, Block];
    const engine = emptyEngine();
    await engine.execute(first);
    const refusal = engine.execute(await tamper(second));
    await expect(refusal).rejects.toMatchObject({ code: "BLOCK_INVALID", details: { rule } });
    // Nothing has changed: the real ones go on.
    await replay(engine, [second, third]);
  });

  it("refuses a genesis block that isn't one", async () => {
    const [first, second] = (await play()) as [Block, Block];
    const engine = emptyEngine();
    const refused: [string, Block][] = [
      ["parent", second],
      ["shape", reseal(first, {}, [])],
      ["shape", reseal(first, {}, [begin(START_MS)])],
      ["chain", reseal(first, { chainId: 1 as never })],
      ["timestamp", reseal(first, { timestampMs: timestampMs(START_MS - 1) })],
      ["stateRoot", reseal(first, { stateRoot: ZERO_HASH as Hash })],
      [
        "transaction",
        reseal(first, {}, [
          encodeZkTransaction({ type: "genesis", ...genesis, portal: FEE_RECIPIENT }),
        ]),
      ],
    ];
    for (const [rule, block] of refused) {
      await expect(engine.execute(block)).rejects.toMatchObject({
        code: "BLOCK_INVALID",
        details: { rule },
      });
    }
    await replay(engine, [first, second]);
  });
});

it("has a root before and after every transaction", async () => {
  const { stateRoot } = (await chain.engine.newest())?.header ?? {};
  await chain.engine.submit(await sign(bob, { to: carol.address, value: 1n }));
  const built = await chain.send(alice, { to: carol.address, value: 1n });
  const [first, second] = built.receipts;
  expect(built.receipts).toHaveLength(2);
  expect(first?.preStateRoot).toBe(stateRoot);
  expect(second?.preStateRoot).toBe(first?.postStateRoot);
  expect(second?.postStateRoot).toBe(built.stateRoot);
  const roots = [stateRoot, first?.postStateRoot, second?.postStateRoot];
  expect(new Set(roots).size).toBe(3);
});
