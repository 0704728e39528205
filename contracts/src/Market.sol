// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarket} from "./interfaces/IMarket.sol";

/// @title Market
/// @notice See IMarket.
/// @dev Tokens of any kind are only ever taken from the caller, or from a bidder by the terms of their own offer:
/// an approval that someone gave to the market is of no use to anybody else.
contract Market is IMarket, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IMarket
    uint256 public constant ANY_TOKEN = type(uint256).max;

    /// @inheritdoc IMarket
    uint256 public constant MAX_OFFER_SECONDS = 365 days;

    /// @dev Gas for a seller to take a payment: enough for a smart account, and all that a hostile one can
    /// burn of its buyer's.
    uint256 private constant PAYOUT_GAS = 50_000;

    address private constant NATIVE = address(0);

    uint256 private _lastListingId;
    uint256 private _lastOfferId;

    mapping(uint256 listingId => Listing) private _listings;
    mapping(uint256 offerId => Offer) private _offers;

    /// @inheritdoc IMarket
    mapping(address seller => uint256 amountWei) public proceedsOf;

    /// @inheritdoc IMarket
    function list(address collection, uint256 tokenId, uint256 priceWei)
        external
        nonReentrant
        returns (uint256 listingId)
    {
        listingId = _open(collection, tokenId, NATIVE, priceWei);
        emit Listed(listingId, msg.sender, collection, tokenId, priceWei);
        _escrow(collection, tokenId);
    }

    /// @inheritdoc IMarket
    function listFor(address collection, uint256 tokenId, address currency, uint256 price)
        external
        nonReentrant
        returns (uint256 listingId)
    {
        _requireContract(currency);
        listingId = _open(collection, tokenId, currency, price);
        emit ListedFor(listingId, msg.sender, collection, tokenId, currency, price);
        _escrow(collection, tokenId);
    }

    /// @inheritdoc IMarket
    function buy(uint256 listingId, uint256 expectedPriceWei) external payable nonReentrant {
        Listing memory sold = _close(listingId, NATIVE, expectedPriceWei);
        if (sold.price != msg.value) revert WrongPayment(sold.price, msg.value);
        emit Sold(listingId, sold.seller, msg.sender, sold.collection, sold.tokenId, sold.price);

        _deliver(sold.collection, sold.tokenId, address(this), msg.sender);
        if (!_payNative(sold.seller, sold.price)) emit ProceedsKept(listingId, sold.seller, sold.price);
    }

    /// @inheritdoc IMarket
    function buyWith(uint256 listingId, address expectedCurrency, uint256 expectedPrice) external nonReentrant {
        // Or else this would sell what is listed in ZKPoW without being paid.
        _requireContract(expectedCurrency);
        Listing memory sold = _close(listingId, expectedCurrency, expectedPrice);
        emit SoldFor(
            listingId, sold.seller, msg.sender, sold.collection, sold.tokenId, sold.currency, sold.price
        );

        _deliver(sold.collection, sold.tokenId, address(this), msg.sender);
        _payToken(sold.currency, msg.sender, sold.seller, sold.price);
    }

    /// @inheritdoc IMarket
    function cancel(uint256 listingId) external nonReentrant {
        Listing memory cancelled = _requireListed(listingId);
        if (cancelled.seller != msg.sender) revert NotSeller(listingId, msg.sender);

        delete _listings[listingId];
        emit Cancelled(listingId);

        // Whether it arrives is between the seller and their collection.
        IERC721(cancelled.collection).transferFrom(address(this), cancelled.seller, cancelled.tokenId);
    }

    /// @inheritdoc IMarket
    function makeOffer(address collection, uint256 tokenId, address currency, uint256 amount, uint64 expiresAt)
        external
        payable
        nonReentrant
        returns (uint256 offerId)
    {
        if (amount == 0) revert ZeroPrice();
        if (expiresAt <= block.timestamp || expiresAt > block.timestamp + MAX_OFFER_SECONDS) {
            revert InvalidExpiry(expiresAt, block.timestamp);
        }
        uint256 dueWei = currency == NATIVE ? amount : 0;
        if (msg.value != dueWei) revert WrongPayment(dueWei, msg.value);
        if (currency != NATIVE) _requireContract(currency);

        offerId = ++_lastOfferId;
        _offers[offerId] = Offer(msg.sender, expiresAt, collection, tokenId, amount, currency);
        emit OfferMade(offerId, msg.sender, collection, tokenId, currency, amount, expiresAt);
    }

    /// @inheritdoc IMarket
    function acceptOffer(
        uint256 offerId,
        address collection,
        uint256 tokenId,
        address expectedCurrency,
        uint256 expectedAmount
    ) external nonReentrant {
        Offer memory taken = _requireOffered(offerId);
        if (block.timestamp > taken.expiresAt) revert OfferExpired(taken.expiresAt, block.timestamp);
        bool isWanted = taken.tokenId == tokenId || taken.tokenId == ANY_TOKEN;
        if (taken.collection != collection || !isWanted) {
            revert TokenMismatch(taken.collection, taken.tokenId, collection, tokenId);
        }
        _requireTerms(taken.currency, taken.amount, expectedCurrency, expectedAmount);
        _requireGivable(collection, tokenId);

        delete _offers[offerId];
        emit OfferAccepted(
            offerId, msg.sender, taken.bidder, collection, tokenId, taken.currency, taken.amount
        );

        _deliver(collection, tokenId, msg.sender, taken.bidder);
        if (taken.currency != NATIVE) {
            _payToken(taken.currency, taken.bidder, msg.sender, taken.amount);
        } else if (!_payNative(msg.sender, taken.amount)) {
            emit OfferProceedsKept(offerId, msg.sender, taken.amount);
        }
    }

    /// @inheritdoc IMarket
    function cancelOffer(uint256 offerId) external nonReentrant {
        Offer memory cancelled = _requireOffered(offerId);
        if (cancelled.bidder != msg.sender) revert NotBidder(offerId, msg.sender);

        delete _offers[offerId];
        emit OfferCancelled(offerId);

        if (cancelled.currency == NATIVE) Address.sendValue(payable(msg.sender), cancelled.amount);
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

    /// @inheritdoc IMarket
    function offer(uint256 offerId) external view returns (Offer memory) {
        return _offers[offerId];
    }

    function _open(address collection, uint256 tokenId, address currency, uint256 price)
        private
        returns (uint256 listingId)
    {
        if (price == 0) revert ZeroPrice();
        _requireGivable(collection, tokenId);
        listingId = ++_lastListingId;
        _listings[listingId] = Listing(msg.sender, collection, tokenId, price, currency);
    }

    function _close(uint256 listingId, address expectedCurrency, uint256 expectedPrice)
        private
        returns (Listing memory closed)
    {
        closed = _requireListed(listingId);
        _requireTerms(closed.currency, closed.price, expectedCurrency, expectedPrice);
        delete _listings[listingId];
    }

    function _escrow(address collection, uint256 tokenId) private {
        IERC721(collection).transferFrom(msg.sender, address(this), tokenId);
        if (IERC721(collection).ownerOf(tokenId) != address(this)) revert EscrowFailed(collection, tokenId);
    }

    /// @dev `from` is the caller or the market, never anybody else who approved the market.
    function _deliver(address collection, uint256 tokenId, address from, address to) private {
        IERC721(collection).transferFrom(from, to, tokenId);
        if (IERC721(collection).ownerOf(tokenId) != to) revert NotDelivered(collection, tokenId);
    }

    /// @dev Pays the seller, or keeps the money for them: a seller who can't take it doesn't stop the sale.
    /// A buyer can't force the second by giving little gas: what then remains does not pay for the bookkeeping.
    function _payNative(address seller, uint256 amountWei) private returns (bool isPaid) {
        (isPaid,) = seller.call{value: amountWei, gas: PAYOUT_GAS}("");
        if (!isPaid) proceedsOf[seller] += amountWei;
    }

    /// @dev Past the market, so that it never owes an ERC-20. Where this fails, so does the sale.
    function _payToken(address currency, address payer, address seller, uint256 price) private {
        uint256 before = IERC20(currency).balanceOf(seller);
        IERC20(currency).safeTransferFrom(payer, seller, price);
        uint256 afterwards = IERC20(currency).balanceOf(seller);
        uint256 received = afterwards > before ? afterwards - before : 0;
        if (received < price) revert PaymentShort(currency, price, received);
    }

    function _requireListed(uint256 listingId) private view returns (Listing memory found) {
        found = _listings[listingId];
        if (found.seller == address(0)) revert ListingNotOpen(listingId);
    }

    function _requireOffered(uint256 offerId) private view returns (Offer memory found) {
        found = _offers[offerId];
        if (found.bidder == address(0)) revert OfferNotOpen(offerId);
    }

    function _requireGivable(address collection, uint256 tokenId) private view {
        IERC721 tokens = IERC721(collection);
        if (tokens.ownerOf(tokenId) != msg.sender) revert NotTokenOwner(collection, tokenId, msg.sender);
        if (tokens.getApproved(tokenId) != address(this) && !tokens.isApprovedForAll(msg.sender, address(this))) {
            revert MarketNotApproved(collection, tokenId);
        }
    }

    function _requireTerms(address currency, uint256 price, address expectedCurrency, uint256 expectedPrice)
        private
        pure
    {
        if (currency != expectedCurrency) revert CurrencyMismatch(currency, expectedCurrency);
        if (price != expectedPrice) revert PriceMismatch(price, expectedPrice);
    }

    function _requireContract(address currency) private view {
        if (currency.code.length == 0) revert InvalidCurrency(currency);
    }
}
