// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPortal} from "./interfaces/IPortal.sol";

/// @title Portal
/// @notice See IPortal.
contract Portal is IPortal, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IPortal
    address public constant SYSTEM_ADDRESS = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    /// @inheritdoc IPortal
    uint256 public constant RELEASE_GAS = 500_000;

    /// @inheritdoc IPortal
    uint256 public constant MAX_HELD = type(uint128).max;

    /// @dev Gas for a token or a recipient to take a release: enough for tokens with hooks and for smart
    /// accounts, and all that a hostile one can burn.
    uint256 private constant PAYOUT_GAS = 300_000;

    address private constant NATIVE = address(0);

    /// @inheritdoc IPortal
    uint64 public nextDepositNonce;

    /// @inheritdoc IPortal
    uint64 public nextReleaseNonce;

    /// @inheritdoc IPortal
    mapping(address asset => uint256 amount) public held;

    /// @inheritdoc IPortal
    mapping(address asset => mapping(address recipient => uint256 amount)) public claimable;

    /// @inheritdoc IPortal
    function deposit(address recipient) external payable nonReentrant {
        _credit(NATIVE, recipient, msg.value);
    }

    /// @inheritdoc IPortal
    function depositToken(address token, uint256 amount, address recipient) external nonReentrant {
        if (token.code.length == 0) revert InvalidToken(token);
        // The effects follow the transfer, since only it tells how much arrives; nonReentrant keeps others out.
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = IERC20(token).balanceOf(address(this));
        _credit(token, recipient, afterwards > before ? afterwards - before : 0);
    }

    /// @inheritdoc IPortal
    function release(uint64 nonce, address asset, address recipient, uint256 amount) external nonReentrant {
        if (msg.sender != SYSTEM_ADDRESS) revert NotSystem(msg.sender);
        if (nonce != nextReleaseNonce) revert NonceOutOfOrder(nextReleaseNonce, nonce);
        uint256 available = held[asset];
        if (amount > available) revert InsufficientHeld(asset, available, amount);

        nextReleaseNonce = nonce + 1;
        held[asset] = available - amount;

        bool isClaimable = false;
        // `catch` without a parameter copies no return data, so a long one costs nothing here.
        try this.payOut{gas: PAYOUT_GAS}(asset, recipient, amount) {}
        catch {
            isClaimable = true;
            // Can't overflow: at most 2**64 releases of at most MAX_HELD each.
            claimable[asset][recipient] += amount;
        }
        emit Released(nonce, asset, recipient, amount, isClaimable);
    }

    /// @inheritdoc IPortal
    function claim(address asset) external nonReentrant {
        uint256 amount = claimable[asset][msg.sender];
        if (amount == 0) revert NothingToClaim(asset, msg.sender);

        claimable[asset][msg.sender] = 0;
        emit Claimed(asset, msg.sender, amount);

        _payOut(asset, msg.sender, amount);
    }

    /// @inheritdoc IPortal
    function payOut(address asset, address recipient, uint256 amount) external {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        _payOut(asset, recipient, amount);
    }

    function _credit(address asset, address recipient, uint256 amount) private {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        if (amount == 0) revert ZeroAmount();
        uint256 room = MAX_HELD - held[asset];
        if (amount > room) revert HeldAboveMaximum(asset, room, amount);
        held[asset] += amount;
        emit Deposited(nextDepositNonce++, asset, recipient, msg.sender, amount);
    }

    function _payOut(address asset, address recipient, uint256 amount) private {
        if (asset == NATIVE) {
            Address.sendValue(payable(recipient), amount);
        } else {
            IERC20(asset).safeTransfer(recipient, amount);
        }
    }
}
