import { getContract, pad, parseEventLogs, zeroAddress } from "viem";
import { expect, test } from "vitest";
import { contractAddresses, gameItemsAbi } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { accounts } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { owner, alice } = accounts;
const account = contractAddresses.roundReports;
const roundId = pad("0x01");
const item = pad("0xcc");

const running = useTestChain();

function connect() {
  const { client } = running();
  return getContract({ abi: gameItemsAbi, address: contractAddresses.gameItems, client });
}

test("the minter mints items that know their round, numbered from 1", async () => {
  const items = connect();
  const { client, mined } = running();
  await client.setBalance({ address: account, value: 10n ** 18n });
  const { logs } = await mined(items.write.mint([alice, roundId, item], { account }));

  expect(await items.read.ownerOf([1n])).toBe(alice);
  expect(await items.read.itemOf([1n])).toBe(item);
  expect(await items.read.roundOf([1n])).toBe(roundId);
  expect(await items.read.minter()).toBe(account);
  const [event] = parseEventLogs({ abi: gameItemsAbi, logs, eventName: "ItemMinted" });
  expect(event?.args).toEqual({ tokenId: 1n, to: alice, roundId, item });
});

test("nobody else mints: NotMinter", async () => {
  const call = connect().simulate.mint([alice, roundId, item], { account: owner });
  await expectRevert(call, "NotMinter", [owner]);
});

test("an item needs a holder: ERC721InvalidReceiver", async () => {
  const call = connect().simulate.mint([zeroAddress, roundId, item], { account });
  await expectRevert(call, "ERC721InvalidReceiver", [zeroAddress]);
});

test("what does not exist has no item and no round: ERC721NonexistentToken", async () => {
  await expectRevert(connect().read.itemOf([1n]), "ERC721NonexistentToken", [1n]);
  await expectRevert(connect().read.roundOf([1n]), "ERC721NonexistentToken", [1n]);
});
