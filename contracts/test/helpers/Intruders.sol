// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";

/// @notice Enters the market again, through every function that changes it, whenever it gets control.
abstract contract Intruder {
    address private immutable _market;

    /// @notice How many entries the market's reentrancy guard refused.
    uint256 public refusals;

    constructor(address market) {
        _market = market;
    }

    function intrude() public {
        bytes4[9] memory entries = [
            IMarket.list.selector,
            IMarket.listFor.selector,
            IMarket.buy.selector,
            IMarket.buyWith.selector,
            IMarket.cancel.selector,
            IMarket.makeOffer.selector,
            IMarket.acceptOffer.selector,
            IMarket.cancelOffer.selector,
            IMarket.withdrawProceeds.selector
        ];
        uint256 refused = 0;
        for (uint256 i = 0; i < entries.length; i++) {
            // Zeros are valid arguments of all of them, so that it is the guard that has to refuse.
            (bool ok, bytes memory reason) = _market.call(abi.encodePacked(entries[i], new bytes(160)));
            if (!ok && bytes4(reason) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector) refused++;
        }
        refusals += refused;
    }

    /// @dev As tokens with hooks call those who send and receive them. Others don't mind.
    function _callHook(address account) internal {
        if (account.code.length > 0) {
            try Intruder(account).intrude() {} catch {}
        }
    }
}

/// @notice Intrudes when it is paid, and when a token with hooks tells it that it sends or receives.
contract IntrudingAccount is Intruder {
    bool public accepts = true;

    error NotInTheMood();

    constructor(address market) Intruder(market) {}

    receive() external payable {
        if (!accepts) revert NotInTheMood();
        intrude();
    }

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        intrude();
        return this.onERC721Received.selector;
    }
}

/// @notice An ERC-20 that intrudes when it is moved, with hooks on both sides like ERC-777.
contract IntrudingToken is ERC20("Intruding Token", "HOOK"), Intruder {
    constructor(address market) Intruder(market) {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        intrude();
        _callHook(from);
        super.transferFrom(from, to, amount);
        _callHook(to);
        return true;
    }
}

/// @notice A collection that intrudes when a token of it is moved, and calls `onERC721Received` where it need not.
contract IntrudingCollection is ERC721("Intruding Collection", "HOOK"), Intruder {
    constructor(address market) Intruder(market) {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        intrude();
        super.transferFrom(from, to, tokenId);
        if (to.code.length > 0) {
            try IntrudingAccount(payable(to)).onERC721Received(from, from, tokenId, "") {} catch {}
        }
    }
}
