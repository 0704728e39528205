// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IPortal} from "../../src/interfaces/IPortal.sol";

/// @notice An ordinary token that anybody may mint.
contract TestToken is ERC20("Test Token", "TEST") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Takes a tenth of every transfer.
contract FeeToken is ERC20("Fee Token", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : amount / 10;
        super._update(from, to, amount - fee);
        if (fee > 0) super._update(from, address(0), fee);
    }
}

/// @notice Invents balances and fails in every way when it is to leave the portal.
contract HostileToken {
    enum Failure {
        None,
        Reverts,
        ReturnsFalse,
        BurnsGas,
        ReturnBomb,
        EntersPortal
    }

    Failure public failure;
    mapping(address account => uint256 amount) public balanceOf;

    function setFailure(Failure failure_) external {
        failure = failure_;
    }

    function setBalance(address account, uint256 amount) external {
        balanceOf[account] = amount;
    }

    function transferFrom(address, address to, uint256 amount) external returns (bool) {
        if (failure == Failure.EntersPortal) IPortal(to).depositToken(address(this), amount, to);
        balanceOf[to] += amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (failure == Failure.Reverts) revert("no");
        if (failure == Failure.ReturnsFalse) return false;
        if (failure == Failure.BurnsGas) while (true) {}
        if (failure == Failure.ReturnBomb) {
            assembly {
                revert(0, 300000)
            }
        }
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}

/// @notice A collection that anybody may mint, and that keeps or gives tokens as it is told.
contract TestCollection is ERC721("Test Collection", "COLL") {
    bool public keepsTokens;

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function setKeepsTokens(bool keepsTokens_) external {
        keepsTokens = keepsTokens_;
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        if (!keepsTokens) super.transferFrom(from, to, tokenId);
    }
}
