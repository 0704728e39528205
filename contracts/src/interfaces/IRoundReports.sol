// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGameItems} from "./IGameItems.sol";

/// @title IRoundReports
/// @notice What the fast chain may say of finished rounds, and the most it can mint by saying it. A round is
/// opened before it is played, with a cap, a deadline and its players; it is reported at most once.
/// Players co-sign the report: with more than half of them it mints all its prizes, at most the round's cap;
/// without, only as many as the game allows unsigned. All rounds of a game together mint at most the
/// game's number a day. Prizes that may not be minted yet wait, and are minted by `attest` until the
/// deadline. Whoever holds an operator's key can lie about results, and can open rounds with
/// players that they made up, but mints no more than these caps.
/// @dev Times are unix seconds, as in `block.timestamp`; days are UTC's.
interface IRoundReports {
    enum RoundStatus {
        Unknown,
        Open,
        Reported
    }

    struct Game {
        /// Opens and reports its rounds; zero where nothing is registered.
        address operator;
        /// The largest cap that a round of it may have.
        uint32 maxCap;
        /// The most prizes of a round whose report has no quorum.
        uint32 capWithoutQuorum;
        /// The most prizes of all its rounds in one day.
        uint32 mintsPerDay;
    }

    struct Round {
        /// The game it is a round of.
        bytes32 game;
        /// keccak256(abi.encode(report)) once reported, so that a report can be checked later.
        bytes32 reportHash;
        /// keccak256 of the players' ids, one behind the other.
        bytes32 playersHash;
        /// The last second in which it can be reported and attested.
        uint64 deadline;
        /// Who has co-signed the report: bit i is the player with index i.
        uint64 coSigners;
        /// The most prizes its report may mint, and without a quorum.
        uint32 cap;
        uint32 capWithoutQuorum;
        /// How many prizes are minted, the report's first ones.
        uint32 minted;
        /// How many players there were at the opening, and how many of them have co-signed.
        uint8 players;
        uint8 coSigned;
        RoundStatus status;
        /// The operator who reported it.
        address reporter;
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
        /// The prizes, in the order in which they are minted.
        Mint[] mints;
    }

    /// @notice A player's P-256 signature of a report: over sha256 of 128 bytes, which are "weft report" padded with
    /// zeros, the chain's id, this contract's address, and the report's hash, as `abi.encode` puts them.
    struct CoSignature {
        /// The player's index among the round's players.
        uint8 player;
        /// The player's session key.
        bytes32 x;
        bytes32 y;
        bytes32 r;
        /// At most half of the curve's order; whoever has the greater one takes order − s.
        bytes32 s;
    }

    /// @notice `game` has this operator and these caps from now on.
    event GameRegistered(
        bytes32 indexed game, address indexed operator, uint32 maxCap, uint32 capWithoutQuorum, uint32 mintsPerDay
    );

    /// @notice A round was opened. Its players' ids are in the call's data.
    event RoundOpened(bytes32 indexed roundId, bytes32 indexed game, uint32 cap, uint64 deadline, uint8 players);

    /// @notice A round was reported. The report names so many `prizes`; see RoundAttested for what is minted.
    event RoundReported(
        bytes32 indexed roundId,
        bytes32 indexed game,
        bytes32 indexed room,
        uint64 fromHeight,
        uint64 toHeight,
        uint64 actions,
        bytes32 actionsRoot,
        bytes32 resultsHash,
        uint32 prizes
    );

    /// @notice After a report and after each attestation: who has co-signed so far (bit i is player i), and how
    /// many prizes are minted so far (see IGameItems.ItemMinted).
    event RoundAttested(bytes32 indexed roundId, uint64 coSigners, uint32 minted);

    error GameNotRegistered(bytes32 game);
    error InvalidOperator(address operator);
    error NotOperator(bytes32 game, address caller);
    /// @notice A round has 1 to MAX_PLAYERS_PER_ROUND players.
    error InvalidPlayerCount(uint256 count);
    /// @notice Players' ids are in ascending order, so that nobody is among them twice.
    error PlayersNotAscending(uint256 index);
    /// @notice The id was used before, for a round that is open or reported.
    error RoundAlreadyOpen(bytes32 roundId);
    /// @notice No round of that id was opened.
    error RoundNotOpen(bytes32 roundId);
    error RoundAlreadyReported(bytes32 roundId);
    /// @notice Only what was reported can be attested.
    error RoundNotReported(bytes32 roundId);
    /// @notice The report mints more than the round's cap.
    error CapExceeded(uint256 cap, uint256 requested);
    /// @notice A cap is above the one that bounds it: a round's or an unsigned report's above the game's maximum, or
    /// the game's maximum above MAX_MINTS_PER_ROUND.
    error CapAboveMaximum(uint256 maximum, uint256 requested);
    error DeadlineInPast(uint256 deadline, uint256 nowSeconds);
    error DeadlinePassed(uint256 deadline, uint256 nowSeconds);
    error InvalidHeights(uint64 fromHeight, uint64 toHeight);
    /// @notice The prize of this index is for the zero address, so no report with it can be minted.
    error InvalidWinner(uint256 index);
    /// @notice This isn't what was reported of the round.
    error ReportMismatch(bytes32 roundId);
    /// @notice The game has another operator than the one who reported: only the new one has the rest minted.
    error OperatorReplaced(bytes32 roundId, address reporter);
    /// @notice These aren't the players with whom the round was opened.
    error PlayersMismatch(bytes32 roundId);
    /// @notice At most MAX_CO_SIGNATURES in one transaction.
    error TooManyCoSignatures(uint256 maximum, uint256 count);
    /// @notice The round has no player of that index with that key.
    error NotAPlayer(bytes32 roundId, uint8 player);
    /// @notice Not the player's signature of this report, on this chain, for this contract.
    error CoSignatureInvalid(bytes32 roundId, uint8 player);
    /// @notice The call brings no new co-signature, and no prize may be minted that wasn't before.
    error NothingToAttest(bytes32 roundId);

    /// @notice Registers a game, or gives it another operator or other caps. Owner only.
    /// @dev Rounds that are open keep their caps, and are reported by the new operator. The day's number holds at once.
    /// Prizes that wait in reports of the old operator are minted only if the new one attests them.
    /// @param game The game's id.
    /// @param registration The operator, not zero; maxCap at most MAX_MINTS_PER_ROUND; capWithoutQuorum at most
    /// maxCap, zero so that nothing is minted unsigned; mintsPerDay, any number.
    function registerGame(bytes32 game, Game calldata registration) external;

    /// @notice Opens a round. Operator of `game` only, before the round is played.
    /// @param roundId Never used before, by any game.
    /// @param game A registered game.
    /// @param cap The most prizes its report may mint, at most the game's maximum; may be zero.
    /// @param deadline The last second in which it can be reported and attested; in the future.
    /// @param players keccak256(x ‖ y) of the session keys of those who are in the room, ascending; 1 to
    /// MAX_PLAYERS_PER_ROUND of them.
    function openRound(bytes32 roundId, bytes32 game, uint32 cap, uint64 deadline, bytes32[] calldata players)
        external;

    /// @notice Reports an open round, and mints what may be minted of its prizes. Operator of its game only, once,
    /// until the deadline.
    /// @dev A prize that may not be minted yet is no error: the report stands, and `attest` mints the rest.
    /// @param r What is reported.
    /// @param players The round's players as in openRound; not looked at where nobody co-signs.
    /// @param coSignatures Up to MAX_CO_SIGNATURES. A player's second one is passed over.
    function report(Report calldata r, bytes32[] calldata players, CoSignature[] calldata coSignatures) external;

    /// @notice Adds co-signatures to a report, and mints what may be minted by now: all the prizes with a
    /// quorum, as far as the day's number goes. Anybody, until the deadline, and until the game's operator is
    /// replaced: then only the new one. Without co-signatures where only the day was in the way.
    /// @dev A co-signature of a player who is counted already is passed over without a check: whoever sends the
    /// same a moment earlier can't make this call fail, as long as it brings anything new.
    /// @param r What was reported.
    /// @param players The round's players as in openRound; not looked at where nobody co-signs.
    /// @param coSignatures Up to MAX_CO_SIGNATURES.
    function attest(Report calldata r, bytes32[] calldata players, CoSignature[] calldata coSignatures) external;

    /// @notice What is registered for a game; all zero where nothing is.
    function gameOf(bytes32 game) external view returns (Game memory);

    /// @notice What is known of a round; all zero, status Unknown, where it was never opened.
    function round(bytes32 roundId) external view returns (Round memory);

    /// @notice How many prizes a game may still mint until midnight.
    function mintsLeftToday(bytes32 game) external view returns (uint256);

    /// @notice How many of a round's players make a quorum: more than half.
    function quorumOf(uint256 players) external pure returns (uint256);

    /// @notice Where the prizes are minted.
    function items() external view returns (IGameItems);

    /// @notice The largest cap of any game: a full report stays within one transaction's gas (EIP-7825).
    function MAX_MINTS_PER_ROUND() external view returns (uint32);

    /// @notice The most players whose co-signatures can count in a round.
    function MAX_PLAYERS_PER_ROUND() external view returns (uint256);

    /// @notice The most signatures that one transaction has checked, so that it can be proven.
    function MAX_CO_SIGNATURES() external view returns (uint256);
}
