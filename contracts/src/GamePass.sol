// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";
import {IGamePass} from "./interfaces/IGamePass.sol";

/// @title GamePass
/// @notice See IGamePass.
contract GamePass is IGamePass, ERC721, Ownable2Step {
    /// @dev First slot of the commitments. Solidity's own variables sit at the first slots and its mappings
    /// at keccak256 outputs, which meet this range of 2**64 slots with probability 2**-192 each.
    uint256 private constant COMMITMENTS_SLOT = 1 << 64;

    /// @dev Order r of BN254's scalar field. A value above it would be, to a circuit, another name for
    /// the same commitment.
    uint256 private constant FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev uint64, so that checked arithmetic keeps every commitment's slot inside the documented range.
    uint64 private _lastTokenId;

    constructor(address initialOwner) ERC721("Weft Game Pass", "PASS") Ownable(initialOwner) {}

    /// @inheritdoc IGamePass
    function mint(address to) external onlyOwner returns (uint256 tokenId) {
        tokenId = ++_lastTokenId;
        _mint(to, tokenId);
    }

    /// @inheritdoc IGamePass
    function bind(uint256 tokenId, bytes32 commitment) external {
        if (_requireOwned(tokenId) != msg.sender) revert NotHolder(tokenId, msg.sender);
        if (commitment == 0 || uint256(commitment) >= FIELD_ORDER) revert InvalidCommitment(commitment);
        _commitment(tokenId).value = commitment;
        emit CommitmentBound(tokenId, commitment);
    }

    /// @inheritdoc IGamePass
    function commitmentOf(uint256 tokenId) external view returns (bytes32) {
        _requireOwned(tokenId);
        return _commitment(tokenId).value;
    }

    /// @dev Every change of hands, to oneself too, ends what the last holder could prove.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        StorageSlot.Bytes32Slot storage commitment = _commitment(tokenId);
        if (commitment.value != 0) {
            commitment.value = 0;
            emit CommitmentUnbound(tokenId);
        }
    }

    /// @dev `tokenId` exists or is being minted, so it is below 2**64.
    function _commitment(uint256 tokenId) private pure returns (StorageSlot.Bytes32Slot storage) {
        return StorageSlot.getBytes32Slot(bytes32(COMMITMENTS_SLOT + tokenId));
    }
}
