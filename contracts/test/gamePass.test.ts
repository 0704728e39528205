import { getContract, type Hex, numberToHex, pad, parseEventLogs, zeroAddress } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { contractAddresses, gamePassAbi, gamePassCommitmentsSlot } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { accounts, type TestChain } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { owner, alice, bob } = accounts;
const fieldOrder = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const nothing = pad("0x");
const commitment = pad("0xc0");

const running = useTestChain();
let pass: ReturnType<typeof connect>;
beforeAll(() => {
  pass = connect(running());
});

function connect({ client }: TestChain) {
  return getContract({ abi: gamePassAbi, address: contractAddresses.gamePass, client });
}

/** Mints pass 1 to Alice. */
function mint() {
  return running().mined(pass.write.mint([alice], { account: owner }));
}

function bind(tokenId: bigint, value: Hex) {
  return running().mined(pass.write.bind([tokenId, value], { account: alice }));
}

async function storedCommitment(tokenId: bigint) {
  const slot = numberToHex(gamePassCommitmentsSlot + tokenId);
  return running().client.getStorageAt({ address: pass.address, slot });
}

describe("mint", () => {
  test("numbers passes from 1", async () => {
    await mint();
    await running().mined(pass.write.mint([bob], { account: owner }));
    expect(await pass.read.ownerOf([1n])).toBe(alice);
    expect(await pass.read.ownerOf([2n])).toBe(bob);
    expect([await pass.read.name(), await pass.read.symbol()]).toEqual(["Weft Game Pass", "PASS"]);
  });

  test("is the owner's: OwnableUnauthorizedAccount", async () => {
    const call = pass.simulate.mint([alice], { account: alice });
    await expectRevert(call, "OwnableUnauthorizedAccount", [alice]);
  });

  test("needs a holder: ERC721InvalidReceiver", async () => {
    const call = pass.simulate.mint([zeroAddress], { account: owner });
    await expectRevert(call, "ERC721InvalidReceiver");
  });
});

describe("bind", () => {
  test("stores the commitment at 2^64 + tokenId, and nowhere else", async () => {
    await mint();
    await mint();
    const { logs } = await bind(2n, commitment);
    expect(await pass.read.commitmentOf([2n])).toBe(commitment);
    expect(await storedCommitment(2n)).toBe(commitment);
    expect(await storedCommitment(1n)).toBe(nothing);
    const [event] = parseEventLogs({ abi: gamePassAbi, logs, eventName: "CommitmentBound" });
    expect(event?.args).toEqual({ tokenId: 2n, commitment });
  });

  test("replaces an earlier commitment, up to the largest field element", async () => {
    await mint();
    await bind(1n, commitment);
    await bind(1n, numberToHex(fieldOrder - 1n, { size: 32 }));
    expect(BigInt(await pass.read.commitmentOf([1n]))).toBe(fieldOrder - 1n);
  });

  test("is the holder's, not an approved account's: NotHolder", async () => {
    await mint();
    await running().mined(pass.write.approve([bob, 1n], { account: alice }));
    await expectRevert(pass.simulate.bind([1n, commitment], { account: bob }), "NotHolder", [
      1n,
      bob,
    ]);
  });

  test.each([nothing, numberToHex(fieldOrder, { size: 32 }), pad("0xff", { dir: "right" })])(
    "refuses what is no field element or zero: InvalidCommitment %s",
    async (value) => {
      await mint();
      const call = pass.simulate.bind([1n, value], { account: alice });
      await expectRevert(call, "InvalidCommitment", [value]);
    },
  );

  test("needs a pass that exists: ERC721NonexistentToken", async () => {
    const call = pass.simulate.bind([2n ** 64n, commitment], { account: alice });
    await expectRevert(call, "ERC721NonexistentToken", [2n ** 64n]);
    await expectRevert(pass.read.commitmentOf([1n]), "ERC721NonexistentToken", [1n]);
  });
});

describe("a transfer unbinds", () => {
  test.each([
    ["to another account", bob],
    ["to oneself", alice],
  ])("%s", async (_, to) => {
    await mint();
    await bind(1n, commitment);
    const { logs } = await running().mined(
      pass.write.safeTransferFrom([alice, to, 1n], { account: alice }),
    );
    expect(await pass.read.commitmentOf([1n])).toBe(nothing);
    expect(await storedCommitment(1n)).toBe(nothing);
    const events = parseEventLogs({ abi: gamePassAbi, logs, eventName: "CommitmentUnbound" });
    expect(events.map(({ args }) => args.tokenId)).toEqual([1n]);
  });
});
