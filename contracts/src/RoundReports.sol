// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGameItems} from "./interfaces/IGameItems.sol";
import {IRoundReports} from "./interfaces/IRoundReports.sol";

/// @title RoundReports
/// @notice See IRoundReports.
contract RoundReports is IRoundReports, Ownable2Step {
    /// @inheritdoc IRoundReports
    uint32 public constant MAX_MINTS_PER_ROUND = 128;

    /// @inheritdoc IRoundReports
    IGameItems public immutable items;

    mapping(bytes32 game => Game) private _games;

    mapping(bytes32 roundId => Round) private _rounds;

    constructor(address initialOwner, IGameItems items_) Ownable(initialOwner) {
        items = items_;
    }

    /// @inheritdoc IRoundReports
    function registerGame(bytes32 game, address operator, uint32 maxCap) external onlyOwner {
        // A zero operator marks an unregistered game.
        if (operator == address(0)) revert InvalidOperator(operator);
        if (maxCap > MAX_MINTS_PER_ROUND) revert CapAboveMaximum(MAX_MINTS_PER_ROUND, maxCap);
        _games[game] = Game(operator, maxCap);
        emit GameRegistered(game, operator, maxCap);
    }

    /// @inheritdoc IRoundReports
    function openRound(bytes32 roundId, bytes32 game, uint32 cap, uint64 deadline) external {
        Game memory registered = _games[game];
        if (registered.operator == address(0)) revert GameNotRegistered(game);
        if (registered.operator != msg.sender) revert NotOperator(game, msg.sender);
        if (cap > registered.maxCap) revert CapAboveMaximum(registered.maxCap, cap);
        if (deadline <= block.timestamp) revert DeadlineInPast(deadline, block.timestamp);
        Round storage opened = _rounds[roundId];
        if (opened.status != RoundStatus.Unknown) revert RoundAlreadyOpen(roundId);

        opened.game = game;
        opened.deadline = deadline;
        opened.cap = cap;
        opened.status = RoundStatus.Open;
        emit RoundOpened(roundId, game, cap, deadline);
    }

    /// @inheritdoc IRoundReports
    function report(Report calldata r) external {
        Round storage reported = _rounds[r.roundId];
        bytes32 game = reported.game;
        _checkReport(r, reported, game);

        // Effects before the mints: GameItems calls nobody back, and even if it did, the round is done.
        // The cap, a uint32, bounds the number of mints, so the cast is safe.
        uint32 minted = uint32(r.mints.length);
        reported.reportHash = keccak256(abi.encode(r));
        reported.minted = minted;
        reported.status = RoundStatus.Reported;
        emit RoundReported(
            r.roundId, game, r.room, r.fromHeight, r.toHeight, r.actions, r.actionsRoot, r.resultsHash, minted
        );

        for (uint256 i = 0; i < minted; ++i) {
            items.mint(r.mints[i].to, r.roundId, r.mints[i].item);
        }
    }

    /// @inheritdoc IRoundReports
    function gameOf(bytes32 game) external view returns (Game memory) {
        return _games[game];
    }

    /// @inheritdoc IRoundReports
    function round(bytes32 roundId) external view returns (Round memory) {
        return _rounds[roundId];
    }

    /// @dev Who may report, and what; players' signatures and daily caps will be checked here as well.
    function _checkReport(Report calldata r, Round storage reported, bytes32 game) private view {
        if (reported.status == RoundStatus.Unknown) revert RoundNotOpen(r.roundId);
        if (_games[game].operator != msg.sender) revert NotOperator(game, msg.sender);
        if (reported.status == RoundStatus.Reported) revert RoundAlreadyReported(r.roundId);
        if (block.timestamp > reported.deadline) revert DeadlinePassed(reported.deadline, block.timestamp);
        if (r.fromHeight > r.toHeight) revert InvalidHeights(r.fromHeight, r.toHeight);
        if (r.mints.length > reported.cap) revert CapExceeded(reported.cap, r.mints.length);
    }
}
