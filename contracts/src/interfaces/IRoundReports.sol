// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGameItems} from "./IGameItems.sol";

/// @title IRoundReports
/// @notice What the fast chain may say of finished rounds, and the most it can mint by saying it. A round is
/// opened before it is played, with a cap and a deadline; it is reported at most once, and mints at
/// most its cap. Whoever holds an operator's key can lie about results, but not beyond these caps.
/// @dev Times are unix seconds, as in `block.timestamp`.
interface IRoundReports {
    enum RoundStatus {
        Unknown,
        Open,
        Reported
    }

    struct Game {
        address operator;
        uint32 maxCap;
    }

    struct Round {
        /// The game it is a round of.
        bytes32 game;
        /// keccak256(abi.encode(report)) once reported, so that a report can be checked later.
        bytes32 reportHash;
        /// The last second in which it can be reported.
        uint64 deadline;
        /// The most prizes its report may mint.
        uint32 cap;
        /// How many prizes its report did mint.
        uint32 minted;
        RoundStatus status;
    }

    struct Mint {
        address to;
        bytes32 item;
    }

    struct Report {
        bytes32 roundId;
        /// The room on the fast chain that played the round.
        bytes32 room;
        /// The ledger heights, both included, between which it was played.
        uint64 fromHeight;
        uint64 toHeight;
        /// How many sealed actions count, and the root over them.
        uint64 actions;
        bytes32 actionsRoot;
        bytes32 resultsHash;
        Mint[] mints;
    }

    /// @notice `game` has this operator and maximum from now on.
    event GameRegistered(bytes32 indexed game, address indexed operator, uint32 maxCap);

    /// @notice A round was opened.
    event RoundOpened(bytes32 indexed roundId, bytes32 indexed game, uint32 cap, uint64 deadline);

    /// @notice A round was reported, and `minted` prizes with it (see IGameItems.ItemMinted).
    event RoundReported(
        bytes32 indexed roundId,
        bytes32 indexed game,
        bytes32 indexed room,
        uint64 fromHeight,
        uint64 toHeight,
        uint64 actions,
        bytes32 actionsRoot,
        bytes32 resultsHash,
        uint32 minted
    );

    error GameNotRegistered(bytes32 game);
    error InvalidOperator(address operator);
    error NotOperator(bytes32 game, address caller);
    /// @notice The id was used before, for a round that is open or reported.
    error RoundAlreadyOpen(bytes32 roundId);
    /// @notice No round of that id was opened.
    error RoundNotOpen(bytes32 roundId);
    error RoundAlreadyReported(bytes32 roundId);
    /// @notice The report mints more than the round's cap.
    error CapExceeded(uint256 cap, uint256 requested);
    /// @notice The round's cap is above the game's maximum, or the game's maximum above MAX_MINTS_PER_ROUND.
    error CapAboveMaximum(uint256 maximum, uint256 requested);
    error DeadlineInPast(uint256 deadline, uint256 nowSeconds);
    error DeadlinePassed(uint256 deadline, uint256 nowSeconds);
    error InvalidHeights(uint64 fromHeight, uint64 toHeight);

    /// @notice Registers a game, or gives it another operator or maximum. Owner only.
    /// @dev Rounds that are open keep their caps, and are reported by the new operator.
    /// @param game The game's id.
    /// @param operator Who opens and reports its rounds; not zero.
    /// @param maxCap The largest cap that a round of it may have, at most MAX_MINTS_PER_ROUND.
    function registerGame(bytes32 game, address operator, uint32 maxCap) external;

    /// @notice Opens a round. Operator of `game` only, before the round is played.
    /// @param roundId Never used before, by any game.
    /// @param game A registered game.
    /// @param cap The most prizes its report may mint, at most the game's maximum; may be zero.
    /// @param deadline The last second in which it can be reported; in the future.
    function openRound(bytes32 roundId, bytes32 game, uint32 cap, uint64 deadline) external;

    /// @notice Reports an open round and mints its prizes. Operator of its game only, once, until the deadline.
    /// @dev All or nothing: a mint to the zero address reverts the report, which can be sent again without it.
    function report(Report calldata r) external;

    /// @notice What is registered for a game; all zero where nothing is.
    function gameOf(bytes32 game) external view returns (Game memory);

    /// @notice What is known of a round; all zero, status Unknown, where it was never opened.
    function round(bytes32 roundId) external view returns (Round memory);

    /// @notice Where the prizes are minted.
    function items() external view returns (IGameItems);

    /// @notice The largest cap of any game: a full report stays within one transaction's gas (EIP-7825).
    function MAX_MINTS_PER_ROUND() external view returns (uint32);
}
