export { decodePortalCall, fastPortalAbi, type PortalCall } from "./account/portalProgram.ts";
export { type Checks, checkDecodedFrame } from "./checks.ts";
export { FastChainError, type FastChainErrorCode } from "./errors.ts";
export { BLOCK_INTERVAL_MS, FastChain, type FastChainOptions } from "./fastChain.ts";
export { isSessionKey, verifyP256 } from "./p256.ts";
export type { FastReceipt } from "./receipts.ts";
export { FastChainView } from "./replay/fastChainView.ts";
export { type Crossings, FastReplay } from "./replay/fastReplay.ts";
export { type ProgramSource, replayRoomEvent } from "./replay/replayRoom.ts";
export { findReport, type LoggedEvent, readRoomLogs } from "./room/readRoomLogs.ts";
export { sealHolds } from "./room/sealClaim.ts";
export { SealVerifier } from "./room/sealVerifier.ts";
export { checkLoginRoot } from "./session/checkLoginRoot.ts";
export { LoginProofs, type LoginProofsOptions } from "./session/loginProofs.ts";
export { checkNullifier, checkOwnershipKey } from "./session/ownershipProof.ts";
export { MAX_SESSION_MS } from "./session/verifyLogin.ts";
export { zkHeadersOf } from "./session/zkHeaders.ts";
export { type FastSnapshot, type LoadOptions, loadFastSnapshots } from "./snapshot/fastSnapshot.ts";
export {
  readSnapshotFile,
  type SnapshotContent,
  type SnapshotReader,
  type SnapshotRecord,
  type WriteOptions,
} from "./snapshot/snapshotFile.ts";
export {
  SnapshotFolder,
  type SnapshotFolderOptions,
  type StoredSnapshot,
} from "./snapshot/snapshotFolder.ts";
export {
  type SnapshotMachine,
  type SnapshotWriter,
  thisMachine,
} from "./snapshot/snapshotMachine.ts";
export type { SnapshotOptions, SnapshotWritten } from "./snapshot/snapshotter.ts";
export type * from "./types.ts";
