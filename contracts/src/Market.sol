// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarket} from "./interfaces/IMarket.sol";

/// @title Market
/// @notice See IMarket.
contract Market is IMarket, ReentrancyGuardTransient {
    /// @dev Gas for a seller to take a payment: enough for a smart account, and all that a hostile one can
    /// burn of its buyer's.
    uint256 private constant PAYOUT_GAS = 50_000;

    uint256 private _lastListingId;

    mapping(uint256 listingId => Listing) private _listings;

    /// @inheritdoc IMarket
    mapping(address seller => uint256 amountWei) public proceedsOf;

    /// @inheritdoc IMarket
    function list(address collection, uint256 tokenId, uint256 priceWei)
        external
        nonReentrant
        returns (uint256 listingId)
    {
        if (priceWei == 0) revert ZeroPrice();
        IERC721 tokens = IERC721(collection);
        if (tokens.ownerOf(tokenId) != msg.sender) revert NotTokenOwner(collection, tokenId, msg.sender);
        if (tokens.getApproved(tokenId) != address(this) && !tokens.isApprovedForAll(msg.sender, address(this))) {
            revert MarketNotApproved(collection, tokenId);
        }

        listingId = ++_lastListingId;
        _listings[listingId] = Listing(msg.sender, collection, tokenId, priceWei);
        emit Listed(listingId, msg.sender, collection, tokenId, priceWei);

        tokens.transferFrom(msg.sender, address(this), tokenId);
        if (tokens.ownerOf(tokenId) != address(this)) revert EscrowFailed(collection, tokenId);
    }

    /// @inheritdoc IMarket
    function buy(uint256 listingId, uint256 expectedPriceWei) external payable nonReentrant {
        Listing memory sold = _requireOpen(listingId);
        if (sold.priceWei != expectedPriceWei) revert PriceMismatch(sold.priceWei, expectedPriceWei);
        if (sold.priceWei != msg.value) revert WrongPayment(sold.priceWei, msg.value);

        delete _listings[listingId];
        emit Sold(listingId, sold.seller, msg.sender, sold.collection, sold.tokenId, sold.priceWei);

        IERC721(sold.collection).transferFrom(address(this), msg.sender, sold.tokenId);
        _pay(listingId, sold.seller, sold.priceWei);
    }

    /// @inheritdoc IMarket
    function cancel(uint256 listingId) external nonReentrant {
        Listing memory cancelled = _requireOpen(listingId);
        if (cancelled.seller != msg.sender) revert NotSeller(listingId, msg.sender);

        delete _listings[listingId];
        emit Cancelled(listingId);

        IERC721(cancelled.collection).transferFrom(address(this), cancelled.seller, cancelled.tokenId);
    }

    /// @inheritdoc IMarket
    function withdrawProceeds() external nonReentrant {
        uint256 amountWei = proceedsOf[msg.sender];
        if (amountWei == 0) revert NothingToWithdraw(msg.sender);

        proceedsOf[msg.sender] = 0;
        emit ProceedsWithdrawn(msg.sender, amountWei);

        Address.sendValue(payable(msg.sender), amountWei);
    }

    /// @inheritdoc IMarket
    function listing(uint256 listingId) external view returns (Listing memory) {
        return _listings[listingId];
    }

    /// @dev Pays the seller, or keeps the money for them: a seller who can't take it doesn't stop the sale.
    /// A buyer can't force the second by giving little gas: what then remains does not pay for the bookkeeping.
    function _pay(uint256 listingId, address seller, uint256 amountWei) private {
        (bool paid,) = seller.call{value: amountWei, gas: PAYOUT_GAS}("");
        if (!paid) {
            proceedsOf[seller] += amountWei;
            emit ProceedsKept(listingId, seller, amountWei);
        }
    }

    function _requireOpen(uint256 listingId) private view returns (Listing memory found) {
        found = _listings[listingId];
        if (found.seller == address(0)) revert ListingNotOpen(listingId);
    }
}
