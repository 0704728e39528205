// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

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
