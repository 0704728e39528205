/** For tests of what is built around the ZK chain. */

/** A game's action as a transaction, for the benchmark that sets one against the other. */
export { movesCreationCode } from "./generated/testMoves.ts";
/** Unmodified OpenZeppelin tokens. Nothing deploys them. */
export { coinCreationCode, deedCreationCode } from "./generated/testTokens.ts";

/** ERC-20 with the supply given to its deployer; human-readable, as most clients take it. */
export const coinAbi = [
  "constructor(string name, string symbol, uint256 supply)",
  "function name() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transferFrom(address from, address to, uint256 amount) returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
] as const;

/** ERC-721 that anybody may mint. */
export const deedAbi = [
  "constructor(string name, string symbol)",
  "function symbol() view returns (string)",
  "function mint(address to, uint256 tokenId)",
  "function ownerOf(uint256 tokenId) view returns (address)",
  "function balanceOf(address) view returns (uint256)",
  "function safeTransferFrom(address from, address to, uint256 tokenId)",
  "function supportsInterface(bytes4) view returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)",
  "error ERC721NonexistentToken(uint256 tokenId)",
] as const;

/** Players with session keys, who co-sign reports. */
export { coSign, createPlayers, type RoundPlayer } from "./test/support/roundPlayers.ts";

export const movesAbi = [
  "function places(address player) view returns (int64 x, int64 y, uint64 moves)",
  "function move(int8 dx, int8 dy)",
  "error OutOfReach()",
] as const;
