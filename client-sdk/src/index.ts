export type { ChainAccount } from "./chain/chainAccount.ts";
export { type WeftChains, weftChains } from "./chain/chainClients.ts";
export type { Crossing, CrossingRequest } from "./chain/crossing.ts";
export type { BuyRequest, Listing, ListRequest } from "./chain/market/listings.ts";
export type { MarketReceipt } from "./chain/market/marketContract.ts";
export type { AcceptOfferRequest, MakeOfferRequest } from "./chain/market/offers.ts";
export type { Offer } from "./chain/market/readOffers.ts";
export type { PollOptions } from "./chain/pollUntil.ts";
export type { BindRequest, Item } from "./chain/tokens.ts";
export type { TransferRequest, Wallet } from "./chain/wallet.ts";
export { type ClientOptions, createClient, type WeftClient } from "./createClient.ts";
export { ClientError, type ClientErrorCode, ServerError } from "./errors.ts";
export { fastPortalAbi } from "./fastPortalAbi.ts";
export type { ClientGame, RoomActions, SentAction } from "./game.ts";
export { createIdentity, restoreIdentity } from "./identity/createIdentity.ts";
export { type Identity, identityMessage } from "./identity/identity.ts";
export type { LoginOptions } from "./login/login.ts";
export type { ProverOptions } from "./login/loginMethod.ts";
export type { LoginWallet } from "./login/loginWallet.ts";
export type { LoginProgress } from "./login/ownershipLogin.ts";
export type { ProverArtifact, ProverArtifacts } from "./prover/artifacts.ts";
export type { ApproveReport, ProposedReport } from "./room/coSigner.ts";
export type { Unsubscribe } from "./room/listeners.ts";
export type { MintedItem, RoundUpdate } from "./room/messages.ts";
export type {
  ActionFinality,
  FinalityLevel,
  JoinedRoom,
  Room,
  RoomLeave,
  RoomStatus,
} from "./room/room.ts";
export type { WaitOptions } from "./room/waitUntil.ts";
export type { FaucetGift } from "./serverApi.ts";
export type { JoinRoomOptions, KeptSession, Session } from "./session/session.ts";
