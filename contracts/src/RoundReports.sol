// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGameItems} from "./interfaces/IGameItems.sol";
import {IRoundReports} from "./interfaces/IRoundReports.sol";

/// @title RoundReports
/// @notice See IRoundReports.
contract RoundReports is IRoundReports, Ownable2Step {
    /// @dev What a game has minted on the newest day on which it minted anything.
    struct Day {
        uint64 number;
        uint64 minted;
    }

    /// @inheritdoc IRoundReports
    uint32 public constant MAX_MINTS_PER_ROUND = 128;

    /// @inheritdoc IRoundReports
    /// @dev As many as `Round.coSigners` has bits.
    uint256 public constant MAX_PLAYERS_PER_ROUND = 64;

    /// @inheritdoc IRoundReports
    uint256 public constant MAX_CO_SIGNATURES = 8;

    /// @dev No signature of a session key for anything else begins like this.
    bytes32 private constant CO_SIGN_DOMAIN = "weft report";

    /// @inheritdoc IRoundReports
    IGameItems public immutable items;

    mapping(bytes32 game => Game) private _games;

    mapping(bytes32 game => Day) private _days;

    mapping(bytes32 roundId => Round) private _rounds;

    constructor(address initialOwner, IGameItems items_) Ownable(initialOwner) {
        items = items_;
    }

    /// @inheritdoc IRoundReports
    function registerGame(bytes32 game, Game calldata registration) external onlyOwner {
        (address operator, uint32 maxCap) = (registration.operator, registration.maxCap);
        uint32 capWithoutQuorum = registration.capWithoutQuorum;
        // A zero operator marks an unregistered game.
        if (operator == address(0)) revert InvalidOperator(operator);
        if (maxCap > MAX_MINTS_PER_ROUND) revert CapAboveMaximum(MAX_MINTS_PER_ROUND, maxCap);
        if (capWithoutQuorum > maxCap) revert CapAboveMaximum(maxCap, capWithoutQuorum);
        _games[game] = registration;
        emit GameRegistered(game, operator, maxCap, capWithoutQuorum, registration.mintsPerDay);
    }

    /// @inheritdoc IRoundReports
    function openRound(bytes32 roundId, bytes32 game, uint32 cap, uint64 deadline, bytes32[] calldata players)
        external
    {
        Game memory registered = _games[game];
        if (registered.operator == address(0)) revert GameNotRegistered(game);
        if (registered.operator != msg.sender) revert NotOperator(game, msg.sender);
        if (cap > registered.maxCap) revert CapAboveMaximum(registered.maxCap, cap);
        if (deadline <= block.timestamp) revert DeadlineInPast(deadline, block.timestamp);
        Round storage opened = _rounds[roundId];
        if (opened.status != RoundStatus.Unknown) revert RoundAlreadyOpen(roundId);

        opened.game = game;
        opened.playersHash = _hashPlayers(players);
        opened.deadline = deadline;
        opened.cap = cap;
        opened.capWithoutQuorum = registered.capWithoutQuorum;
        // _hashPlayers has bounded it.
        opened.players = uint8(players.length);
        opened.status = RoundStatus.Open;
        emit RoundOpened(roundId, game, cap, deadline, uint8(players.length));
    }

    /// @inheritdoc IRoundReports
    function report(Report calldata r, bytes32[] calldata players, CoSignature[] calldata coSignatures) external {
        Round storage reported = _rounds[r.roundId];
        bytes32 game = reported.game;
        _checkReport(r, reported, game);

        reported.reportHash = keccak256(abi.encode(r));
        reported.reporter = msg.sender;
        reported.status = RoundStatus.Reported;
        // The cap, a uint32, bounds the number of prizes, so the cast is safe.
        uint32 prizes = uint32(r.mints.length);
        emit RoundReported(
            r.roundId, game, r.room, r.fromHeight, r.toHeight, r.actions, r.actionsRoot, r.resultsHash, prizes
        );
        _coSign(r.roundId, reported, players, coSignatures);
        _mintDue(r, reported);
    }

    /// @inheritdoc IRoundReports
    function attest(Report calldata r, bytes32[] calldata players, CoSignature[] calldata coSignatures) external {
        Round storage reported = _rounds[r.roundId];
        if (reported.status != RoundStatus.Reported) revert RoundNotReported(r.roundId);
        if (block.timestamp > reported.deadline) revert DeadlinePassed(reported.deadline, block.timestamp);
        if (keccak256(abi.encode(r)) != reported.reportHash) revert ReportMismatch(r.roundId);
        // Or else what was reported with a stolen key would go on being minted, day after day, once it is replaced.
        address operator = _games[reported.game].operator;
        if (reported.reporter != operator && msg.sender != operator) {
            revert OperatorReplaced(r.roundId, reported.reporter);
        }

        bool isNew = _coSign(r.roundId, reported, players, coSignatures);
        if (_mintDue(r, reported) == 0 && !isNew) revert NothingToAttest(r.roundId);
    }

    /// @inheritdoc IRoundReports
    function gameOf(bytes32 game) external view returns (Game memory) {
        return _games[game];
    }

    /// @inheritdoc IRoundReports
    function round(bytes32 roundId) external view returns (Round memory) {
        return _rounds[roundId];
    }

    /// @inheritdoc IRoundReports
    function mintsLeftToday(bytes32 game) public view returns (uint256) {
        return Math.saturatingSub(_games[game].mintsPerDay, _mintedToday(game));
    }

    /// @inheritdoc IRoundReports
    function quorumOf(uint256 players) public pure returns (uint256) {
        return players / 2 + 1;
    }

    /// @dev Counts co-signatures. Returns whether there was a new one.
    function _coSign(
        bytes32 roundId,
        Round storage reported,
        bytes32[] calldata players,
        CoSignature[] calldata coSignatures
    ) private returns (bool) {
        uint256 count = coSignatures.length;
        if (count == 0) return false;
        if (count > MAX_CO_SIGNATURES) revert TooManyCoSignatures(MAX_CO_SIGNATURES, count);
        if (keccak256(abi.encodePacked(players)) != reported.playersHash) revert PlayersMismatch(roundId);

        bytes32 message = sha256(abi.encode(CO_SIGN_DOMAIN, block.chainid, address(this), reported.reportHash));
        uint64 coSigners = reported.coSigners;
        uint8 added = 0;
        for (uint256 i = 0; i < count; ++i) {
            CoSignature calldata signed = coSignatures[i];
            uint8 player = signed.player;
            // Before the shift, which would lose a bit beyond the players'.
            if (player >= players.length || players[player] != keccak256(abi.encode(signed.x, signed.y))) {
                revert NotAPlayer(roundId, player);
            }
            uint64 bit = uint64(1) << player;
            if (coSigners & bit != 0) continue;
            if (!P256.verifyNative(message, signed.r, signed.s, signed.x, signed.y)) {
                revert CoSignatureInvalid(roundId, player);
            }
            coSigners |= bit;
            ++added;
        }
        reported.coSigners = coSigners;
        reported.coSigned += added;
        return added > 0;
    }

    /// @dev Mints what may be minted by now and isn't yet. Returns how many prizes that was.
    function _mintDue(Report calldata r, Round storage reported) private returns (uint256 count) {
        uint256 minted = reported.minted;
        {
            bytes32 game = reported.game;
            uint256 due = r.mints.length;
            if (reported.coSigned < quorumOf(reported.players)) due = Math.min(due, reported.capWithoutQuorum);
            // Never below what is minted: the caps are the round's own, and co-signatures don't go away.
            count = Math.min(due - minted, mintsLeftToday(game));
            // Effects before the mints: GameItems calls nobody back, and even if it did, these are counted.
            // The round's cap, a uint32, bounds both sums, so the casts are safe.
            reported.minted = uint32(minted + count);
            if (count > 0) _days[game] = Day(_today(), uint64(_mintedToday(game) + count));
        }
        emit RoundAttested(r.roundId, reported.coSigners, reported.minted);

        for (uint256 i = minted; i < minted + count; ++i) {
            items.mint(r.mints[i].to, r.roundId, r.mints[i].item);
        }
    }

    /// @dev Who may report, and what.
    function _checkReport(Report calldata r, Round storage reported, bytes32 game) private view {
        if (reported.status == RoundStatus.Unknown) revert RoundNotOpen(r.roundId);
        if (_games[game].operator != msg.sender) revert NotOperator(game, msg.sender);
        if (reported.status == RoundStatus.Reported) revert RoundAlreadyReported(r.roundId);
        if (block.timestamp > reported.deadline) revert DeadlinePassed(reported.deadline, block.timestamp);
        if (r.fromHeight > r.toHeight) revert InvalidHeights(r.fromHeight, r.toHeight);
        uint256 prizes = r.mints.length;
        if (prizes > reported.cap) revert CapExceeded(reported.cap, prizes);
        // Now, and not when its turn comes: that may be in an attestation, when nothing can be corrected.
        for (uint256 i = 0; i < prizes; ++i) {
            if (r.mints[i].to == address(0)) revert InvalidWinner(i);
        }
    }

    function _mintedToday(bytes32 game) private view returns (uint256) {
        Day memory newest = _days[game];
        return newest.number == _today() ? newest.minted : 0;
    }

    function _today() private view returns (uint64) {
        return uint64(block.timestamp / 1 days);
    }

    function _hashPlayers(bytes32[] calldata players) private pure returns (bytes32) {
        uint256 count = players.length;
        if (count == 0 || count > MAX_PLAYERS_PER_ROUND) revert InvalidPlayerCount(count);
        for (uint256 i = 1; i < count; ++i) {
            if (players[i] <= players[i - 1]) revert PlayersNotAscending(i);
        }
        return keccak256(abi.encodePacked(players));
    }
}
