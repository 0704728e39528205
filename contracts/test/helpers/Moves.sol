// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The least that a game's action can be as a transaction: its sender's place, in one slot of storage.
contract Moves {
    struct Place {
        int64 x;
        int64 y;
        uint64 moves;
    }

    mapping(address player => Place) public places;

    error OutOfReach();

    /// @notice Moves the sender by at most one step in each direction.
    function move(int8 dx, int8 dy) external {
        if (dx < -1 || dx > 1 || dy < -1 || dy > 1) revert OutOfReach();
        Place storage place = places[msg.sender];
        place.x += dx;
        place.y += dy;
        place.moves++;
    }
}
