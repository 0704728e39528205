// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title IGamePass
/// @notice The pass that lets its holder play. The holder binds an identity commitment to it; a proof of
/// knowing the commitment's secret, against the ZK chain's state root, then opens a session without
/// saying which pass it was.
/// @dev The commitment of `tokenId` is stored at slot `2**64 + tokenId`, and at no other place. Circuits
/// rely on this: the slot fits in one 128-bit limb and needs no keccak256. Token ids stay below 2**64.
interface IGamePass is IERC721 {
    /// @notice The holder bound `commitment` to `tokenId`; an earlier one is replaced.
    event CommitmentBound(uint256 indexed tokenId, bytes32 indexed commitment);

    /// @notice A transfer removed the commitment of `tokenId`.
    event CommitmentUnbound(uint256 indexed tokenId);

    /// @notice Only the holder may bind; an approval to transfer is not enough.
    error NotHolder(uint256 tokenId, address caller);

    /// @notice A commitment is a non-zero element of the BN254 scalar field, in its canonical form.
    error InvalidCommitment(bytes32 commitment);

    /// @notice Mints the next pass, ids from 1. Owner only.
    /// @param to The first holder. Not called back, so any address but zero can hold a pass.
    /// @return tokenId The new pass.
    function mint(address to) external returns (uint256 tokenId);

    /// @notice Binds an identity commitment to a pass, in place of the one it had. Holder only.
    /// @param tokenId The pass.
    /// @param commitment Big-endian field element, 0 < commitment < r of BN254.
    function bind(uint256 tokenId, bytes32 commitment) external;

    /// @notice The commitment bound to a pass; zero where none is. Reverts for a pass that does not exist.
    function commitmentOf(uint256 tokenId) external view returns (bytes32 commitment);
}
