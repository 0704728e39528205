import { encodeFunctionData, parseEventLogs, zeroAddress } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { nativeAsset, portalAbi } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { portalActions } from "./support/portalActions.ts";
import { accounts } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob, system } = accounts;
/** HostileToken.Failure */
const failures = { reverts: 1, returnsFalse: 2, burnsGas: 3, returnBomb: 4 } as const;
const entersPortal = 5;

const running = useTestChain();
let portal: ReturnType<typeof portalActions>;
beforeAll(() => {
  portal = portalActions(running());
});

describe("deposit", () => {
  test("holds the value, and numbers deposits of all assets together from 0", async () => {
    const token = await running().deploy("TestToken");
    const receipts = [
      await portal.deposit(5n),
      await portal.depositToken(token, 7n),
      await portal.deposit(6n),
    ];
    const logs = receipts.flatMap((receipt) => receipt.logs);
    const events = parseEventLogs({ abi: portalAbi, logs, eventName: "Deposited" });
    const common = { recipient: bob, sender: alice };
    expect(events.map(({ args }) => args)).toEqual([
      { ...common, nonce: 0n, asset: nativeAsset, amount: 5n },
      { ...common, nonce: 1n, asset: token.address, amount: 7n },
      { ...common, nonce: 2n, asset: nativeAsset, amount: 6n },
    ]);
    expect(await portal.read.nextDepositNonce()).toBe(3n);
    expect(await portal.read.held([nativeAsset])).toBe(11n);
    expect(await portal.read.held([token.address])).toBe(7n);
  });

  test("credits what arrives of a token that takes a fee", async () => {
    const token = await running().deploy("FeeToken");
    const { logs } = await portal.depositToken(token, 100n);
    const [event] = parseEventLogs({ abi: portalAbi, logs, eventName: "Deposited" });
    expect(event?.args.amount).toBe(90n);
    expect(await portal.read.held([token.address])).toBe(90n);
  });

  test("is of something: ZeroAmount", async () => {
    const token = await running().deploy("TestToken");
    await expectRevert(portal.simulate.deposit([bob], { account: alice }), "ZeroAmount");
    const call = portal.simulate.depositToken([token.address, 0n, bob], { account: alice });
    await expectRevert(call, "ZeroAmount");
  });

  test("is for somebody: InvalidRecipient", async () => {
    const call = portal.simulate.deposit([zeroAddress], { account: alice, value: 1n });
    await expectRevert(call, "InvalidRecipient", [zeroAddress]);
  });

  test("is of a token that exists: InvalidToken", async () => {
    for (const token of [nativeAsset, bob] as const) {
      const call = portal.simulate.depositToken([token, 1n, bob], { account: alice });
      await expectRevert(call, "InvalidToken", [token]);
    }
  });

  test("has a limit, so that no token can make sums overflow: HeldAboveMaximum", async () => {
    const token = await running().deploy("HostileToken");
    const most = await portal.read.MAX_HELD();
    const args = [token.address, most + 1n, bob] as const;
    const call = portal.simulate.depositToken(args, { account: alice });
    await expectRevert(call, "HeldAboveMaximum", [token.address, most, most + 1n]);
  });

  test("can't be made within a deposit: ReentrancyGuardReentrantCall", async () => {
    const { deploy, tell } = running();
    const token = await deploy("HostileToken");
    await tell(token, "setFailure", [entersPortal]);
    const call = portal.simulate.depositToken([token.address, 1n, bob], { account: alice });
    await expectRevert(call, "ReentrancyGuardReentrantCall");
  });
});

describe("release", () => {
  test("pays the recipient, in native value and in tokens", async () => {
    const { client, deploy } = running();
    const token = await deploy("TestToken");
    await portal.deposit(10n);
    await portal.depositToken(token, 10n);
    const before = await client.getBalance({ address: bob });

    const native = { nonce: 0n, asset: nativeAsset, recipient: bob, amount: 4n };
    expect(await portal.release(0n, bob, 4n)).toEqual({ ...native, isClaimable: false });
    expect(await client.getBalance({ address: bob })).toBe(before + 4n);
    expect(await portal.read.held([nativeAsset])).toBe(6n);

    const released = await portal.release(1n, bob, 10n, token.address);
    expect(released).toMatchObject({ nonce: 1n, isClaimable: false });
    const balance = client.readContract({ ...token, functionName: "balanceOf", args: [bob] });
    expect(await balance).toBe(10n);
    expect(await portal.read.held([token.address])).toBe(0n);
    expect(await portal.read.nextReleaseNonce()).toBe(2n);
  });

  test("is the system's: NotSystem", async () => {
    await portal.deposit(1n);
    await expectRevert(portal.simulateRelease(0n, 1n, alice), "NotSystem", [alice]);
  });

  test("comes in order, each once: NonceOutOfOrder", async () => {
    await portal.deposit(10n);
    await expectRevert(portal.simulateRelease(1n, 1n), "NonceOutOfOrder", [0n, 1n]);
    await portal.release(0n, bob, 1n);
    await expectRevert(portal.simulateRelease(0n, 1n), "NonceOutOfOrder", [1n, 0n]);
  });

  test("is of no more than is held, whatever the balance: InsufficientHeld", async () => {
    await portal.deposit(10n);
    await running().client.setBalance({ address: portal.address, value: 1_000n });
    await expectRevert(portal.simulateRelease(0n, 11n), "InsufficientHeld", [
      nativeAsset,
      10n,
      11n,
    ]);
  });

  test("pays out by itself only: NotSelf", async () => {
    await portal.deposit(1n);
    const call = portal.simulate.payOut([nativeAsset, bob, 1n], { account: system });
    await expectRevert(call, "NotSelf", [system]);
  });

  test.each(["MoodyAccount", "GasBurner", "ReturnBomb"])(
    "goes on when the recipient fails: %s",
    async (name) => {
      const { address } = await running().deploy(name);
      await portal.deposit(10n);
      expect(await portal.release(0n, address, 4n)).toMatchObject({ isClaimable: true });
      expect(await portal.read.claimable([nativeAsset, address])).toBe(4n);
      expect(await portal.read.held([nativeAsset])).toBe(6n);
      expect(await portal.release(1n, bob, 6n)).toMatchObject({ isClaimable: false });
    },
  );

  test.each(Object.entries(failures))("goes on when a token fails: %s", async (_, failure) => {
    const { deploy, mined, tell } = running();
    const token = await deploy("HostileToken");
    const most = await portal.read.MAX_HELD();
    await tell(token, "setFailure", [failure]);
    // Twice the most there can be, for one recipient: their claims still don't overflow.
    for (const nonce of [0n, 1n]) {
      const deposit = [token.address, most, bob] as const;
      await mined(portal.write.depositToken(deposit, { account: alice }));
      const released = await portal.release(nonce, bob, most, token.address);
      expect(released).toMatchObject({ isClaimable: true });
    }
    expect(await portal.read.claimable([token.address, bob])).toBe(2n * most);
  });
});

describe("claim", () => {
  test("pays once the recipient can take it", async () => {
    const { client, deploy, tell } = running();
    const recipient = await deploy("MoodyAccount");
    await portal.deposit(10n);
    await portal.release(0n, recipient.address, 4n);

    const data = encodeFunctionData({ abi: portalAbi, functionName: "claim", args: [nativeAsset] });
    await tell(recipient, "setAccepts", [true]);
    const { logs } = await tell(recipient, "execute", [portal.address, 0n, data]);
    const [event] = parseEventLogs({ abi: portalAbi, logs, eventName: "Claimed" });
    expect(event?.args).toEqual({ asset: nativeAsset, recipient: recipient.address, amount: 4n });
    expect(await client.getBalance({ address: recipient.address })).toBe(4n);
    expect(await portal.read.claimable([nativeAsset, recipient.address])).toBe(0n);
  });

  test("is of something: NothingToClaim", async () => {
    const call = portal.simulate.claim([nativeAsset], { account: bob });
    await expectRevert(call, "NothingToClaim", [nativeAsset, bob]);
  });

  test("keeps the claim where paying fails again: NotInTheMood", async () => {
    const { client, deploy } = running();
    const recipient = await deploy("MoodyAccount");
    await portal.deposit(10n);
    await portal.release(0n, recipient.address, 4n);
    const data = encodeFunctionData({ abi: portalAbi, functionName: "claim", args: [nativeAsset] });
    const args = [portal.address, 0n, data] as const;
    const call = client.simulateContract({ ...recipient, functionName: "execute", args });
    await expectRevert(call, "NotInTheMood");
    expect(await portal.read.claimable([nativeAsset, recipient.address])).toBe(4n);
  });

  test("can't be made within a claim: ReentrancyGuardReentrantCall", async () => {
    const { client, deploy } = running();
    const claimer = await deploy("ReentrantClaimer", [portal.address]);
    await portal.deposit(10n);
    await portal.release(0n, claimer.address, 4n);
    const errors = portalAbi.filter((item) => item.type === "error");
    const abi = [...claimer.abi, ...errors];
    const call = client.simulateContract({ address: claimer.address, abi, functionName: "claim" });
    await expectRevert(call, "ReentrancyGuardReentrantCall");
  });
});
