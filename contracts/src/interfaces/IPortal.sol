// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IPortal
/// @notice Where value crosses between the ZK chain and the fast chain. What was deposited is held here and owed
/// on the fast chain; what the fast chain withdraws is released from here.
/// @dev An asset is an ERC-20 contract, or the zero address for the native token, ZKPoW. Amounts are in the
/// asset's smallest unit. For each asset: balance >= held + everything claimable.
interface IPortal {
    /// @notice `amount` of `asset` is to be credited to `recipient` on the fast chain. Nonces count from 0
    /// without gaps, over all assets.
    event Deposited(
        uint64 indexed nonce,
        address indexed asset,
        address indexed recipient,
        address sender,
        uint256 amount
    );
    /// @notice A withdrawal arrived from the fast chain. Where `isClaimable`, the recipient could not be paid, and
    /// the amount waits for them in `claimable`.
    event Released(
        uint64 indexed nonce,
        address indexed asset,
        address indexed recipient,
        uint256 amount,
        bool isClaimable
    );
    event Claimed(address indexed asset, address indexed recipient, uint256 amount);

    /// @notice Nothing was sent, or nothing of it arrived.
    error ZeroAmount();
    /// @notice Nobody has the zero address on the fast chain.
    error InvalidRecipient(address recipient);
    /// @notice There is no contract at the token's address.
    error InvalidToken(address token);
    /// @notice Only the system address, by a system call of the sequencer, releases.
    error NotSystem(address caller);
    /// @notice Releases arrive in the fast chain's order, each once.
    error NonceOutOfOrder(uint64 expected, uint64 given);
    /// @notice More than all that was deposited and not released yet.
    error InsufficientHeld(address asset, uint256 held, uint256 requested);
    /// @notice A deposit would make the portal hold more than MAX_HELD of an asset.
    error HeldAboveMaximum(address asset, uint256 room, uint256 requested);
    error NothingToClaim(address asset, address recipient);
    /// @notice Only the portal itself calls this.
    error NotSelf(address caller);

    /// @notice Deposits the value sent, in ZKPoW.
    /// @param recipient The account on the fast chain to credit; not zero.
    function deposit(address recipient) external payable;

    /// @notice Deposits ERC-20 tokens that the caller has approved. What arrives is credited, which is less than
    /// `amount` for a token that takes a fee.
    /// @param token The ERC-20 contract.
    /// @param amount How much to take from the caller.
    /// @param recipient The account on the fast chain to credit; not zero.
    function depositToken(address token, uint256 amount, address recipient) external;

    /// @notice Pays out a withdrawal from the fast chain. System address only.
    /// @dev No recipient and no token can make it revert: what cannot be paid out becomes claimable. Give it at
    /// least RELEASE_GAS. It reverts where the fast chain is at fault: nonce out of order, more than is held.
    /// @param nonce The withdrawal's number, counted from 0 without gaps, over all assets.
    function release(uint64 nonce, address asset, address recipient, uint256 amount) external;

    /// @notice Sends the caller all that is claimable by them of an asset.
    function claim(address asset) external;

    /// @notice Sends from the portal's balance. The portal itself only: it calls this, with limited gas, so that
    /// it can go on when a recipient or a token fails.
    function payOut(address asset, address recipient, uint256 amount) external;

    /// @notice What the fast chain owes of an asset: deposited and not released.
    function held(address asset) external view returns (uint256 amount);

    /// @notice What waits for `recipient` to claim.
    function claimable(address asset, address recipient) external view returns (uint256 amount);

    /// @notice The nonce of the next deposit: how many there were.
    function nextDepositNonce() external view returns (uint64);

    /// @notice The nonce of the next release: how many there were.
    function nextReleaseNonce() external view returns (uint64);

    /// @notice The only caller of `release`. No key exists for it.
    function SYSTEM_ADDRESS() external view returns (address);

    /// @notice The most of one asset that can be held. It keeps sums of what is released far from 2**256, so that
    /// not even a token that invents balances can make a release overflow.
    function MAX_HELD() external view returns (uint256);

    /// @notice Gas that is enough for any release, whatever the recipient does.
    function RELEASE_GAS() external view returns (uint256);
}
