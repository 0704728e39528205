// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Pays others as it is told: not at all, or in an unusual way.
contract UnreliableToken is ERC20("Unreliable Token", "HMM") {
    enum Payment {
        Ordinary,
        ReturnsNothing,
        Reverts,
        ReturnsFalse,
        Pretends,
        TakesFromReceiver
    }

    Payment public payment;

    error NoPayment();

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setPayment(Payment payment_) external {
        payment = payment_;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (payment == Payment.Reverts) revert NoPayment();
        if (payment == Payment.ReturnsFalse) return false;
        if (payment == Payment.Pretends) return true;
        if (payment == Payment.TakesFromReceiver) {
            _burn(to, 1);
            return true;
        }
        super.transferFrom(from, to, amount);
        if (payment == Payment.ReturnsNothing) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice Balances are shares, worth some percent of what they were at first; amounts round down to shares.
contract RebasingToken is ERC20("Rebasing Token", "BASE") {
    uint256 public percent = 100;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setPercent(uint256 percent_) external {
        percent = percent_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * percent / 100;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount * 100 / percent);
    }
}

/// @notice Not a collection, though it answers as one: its tokens belong to whom it is told, however they move.
contract PhantomCollection {
    mapping(uint256 tokenId => address owner) public ownerOf;

    function setOwner(uint256 tokenId, address owner) external {
        ownerOf[tokenId] = owner;
    }

    function getApproved(uint256) external view returns (address) {
        return msg.sender;
    }

    function transferFrom(address, address to, uint256 tokenId) external {
        ownerOf[tokenId] = to;
    }
}
