// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title IGameItems
/// @notice The prizes of all games. Every item says what it is and which round it was won in; neither
/// can change.
interface IGameItems is IERC721 {
    /// @notice `to` won `item` in the round `roundId`.
    event ItemMinted(uint256 indexed tokenId, address indexed to, bytes32 indexed roundId, bytes32 item);

    /// @notice Only the minter, RoundReports, mints.
    error NotMinter(address caller);

    /// @notice Mints the next item, ids from 1. Minter only.
    /// @dev Does not call `to` back: a recipient contract must not be able to stop a round's report.
    /// @param to Who won it. The zero address is refused (ERC721InvalidReceiver).
    /// @param roundId The round it was won in.
    /// @param item What it is: the game's name for this kind of item.
    /// @return tokenId The new item.
    function mint(address to, bytes32 roundId, bytes32 item) external returns (uint256 tokenId);

    /// @notice The only address that may mint.
    function minter() external view returns (address);

    /// @notice What an item is. Reverts for one that does not exist.
    function itemOf(uint256 tokenId) external view returns (bytes32 item);

    /// @notice The round an item was won in. Reverts for one that does not exist.
    function roundOf(uint256 tokenId) external view returns (bytes32 roundId);
}
