// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IPortal} from "../../src/interfaces/IPortal.sol";

/// @notice An account that does what it is told, and takes native value only while its owner lets it.
contract MoodyAccount {
    bool public accepts;

    error NotInTheMood();

    receive() external payable {
        if (!accepts) revert NotInTheMood();
    }

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function execute(address target, uint256 value, bytes calldata data) external payable {
        (bool ok, bytes memory returned) = target.call{value: value}(data);
        if (!ok) {
            assembly {
                revert(add(returned, 32), mload(returned))
            }
        }
    }
}

/// @notice Burns all gas that comes with native value.
contract GasBurner {
    receive() external payable {
        while (true) {}
    }
}

/// @notice Reverts with all the return data that its gas can pay for.
contract ReturnBomb {
    receive() external payable {
        assembly {
            revert(0, 300000)
        }
    }
}

/// @notice Sells, and enters the market again while it is being paid.
contract ReentrantSeller {
    IMarket private immutable _market;

    /// @notice The selector of the error with which the market refused to be entered.
    bytes4 public refusal;

    constructor(IMarket market) {
        _market = market;
    }

    function list(IERC721 collection, uint256 tokenId, uint256 priceWei) external {
        collection.approve(address(_market), tokenId);
        _market.list(address(collection), tokenId, priceWei);
    }

    receive() external payable {
        try _market.withdrawProceeds() {}
        catch (bytes memory reason) {
            refusal = bytes4(reason);
        }
    }
}

/// @notice Claims again while it is being paid.
contract ReentrantClaimer {
    IPortal private immutable _portal;
    bool private _accepts;

    constructor(IPortal portal) {
        _portal = portal;
    }

    function claim() external {
        _accepts = true;
        _portal.claim(address(0));
    }

    receive() external payable {
        require(_accepts);
        _portal.claim(address(0));
    }
}
