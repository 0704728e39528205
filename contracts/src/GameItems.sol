// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IGameItems} from "./interfaces/IGameItems.sol";

/// @title GameItems
/// @notice See IGameItems.
contract GameItems is IGameItems, ERC721 {
    struct Origin {
        bytes32 roundId;
        bytes32 item;
    }

    /// @inheritdoc IGameItems
    address public immutable minter;

    uint256 private _lastTokenId;

    mapping(uint256 tokenId => Origin) private _origins;

    /// @param minter_ RoundReports. Its address is known before it exists, from the deployer and the nonce.
    constructor(address minter_) ERC721("Weft Game Items", "ITEM") {
        minter = minter_;
    }

    /// @inheritdoc IGameItems
    function mint(address to, bytes32 roundId, bytes32 item) external returns (uint256 tokenId) {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        tokenId = ++_lastTokenId;
        _origins[tokenId] = Origin(roundId, item);
        _mint(to, tokenId);
        emit ItemMinted(tokenId, to, roundId, item);
    }

    /// @inheritdoc IGameItems
    function itemOf(uint256 tokenId) external view returns (bytes32) {
        _requireOwned(tokenId);
        return _origins[tokenId].item;
    }

    /// @inheritdoc IGameItems
    function roundOf(uint256 tokenId) external view returns (bytes32) {
        _requireOwned(tokenId);
        return _origins[tokenId].roundId;
    }
}
