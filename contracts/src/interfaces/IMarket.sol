// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IMarket
/// @notice Fixed-price sales of ERC-721 tokens, and offers for them. A currency is an ERC-20 contract, or the zero
/// address for the native token, ZKPoW; amounts are in its smallest unit.
/// @dev A listed token is in escrow: what is listed can be bought, at its price, until it is sold or taken back.
/// Without escrow a listing would outlive a transfer and come alive again, at an old price, when the token
/// returns to its seller.
///
/// Native value that is offered is in escrow too, since it can't be pulled later. ERC-20 tokens never are: they go
/// from payer to seller in the sale itself. So no fee, rebase or invented balance can make the market owe what it
/// does not have. What the market holds is the native value of open offers plus all `proceedsOf`, and
/// the tokens of open listings.
///
/// A listing or offer does not change under its id; to change one is to cancel it and make another. Whoever takes
/// it states its terms all the same, so that a wrong id is refused as well.
interface IMarket {
    struct Listing {
        address seller;
        address collection;
        uint256 tokenId;
        uint256 price;
        address currency;
    }

    struct Offer {
        address bidder;
        uint64 expiresAt;
        address collection;
        uint256 tokenId;
        uint256 amount;
        address currency;
    }

    /// @notice Listed in ZKPoW. One in an ERC-20 is `ListedFor`, so that nobody takes its price for wei.
    event Listed(
        uint256 indexed listingId,
        address indexed seller,
        address indexed collection,
        uint256 tokenId,
        uint256 priceWei
    );
    event ListedFor(
        uint256 indexed listingId,
        address indexed seller,
        address indexed collection,
        uint256 tokenId,
        address currency,
        uint256 price
    );
    /// @notice Sold in ZKPoW. In an ERC-20 it is `SoldFor`.
    event Sold(
        uint256 indexed listingId,
        address indexed seller,
        address indexed buyer,
        address collection,
        uint256 tokenId,
        uint256 priceWei
    );
    event SoldFor(
        uint256 indexed listingId,
        address indexed seller,
        address indexed buyer,
        address collection,
        uint256 tokenId,
        address currency,
        uint256 price
    );
    event Cancelled(uint256 indexed listingId);
    event OfferMade(
        uint256 indexed offerId,
        address indexed bidder,
        address indexed collection,
        uint256 tokenId,
        address currency,
        uint256 amount,
        uint64 expiresAt
    );
    /// @notice `tokenId` is the token that changed hands, also where the offer was for any.
    event OfferAccepted(
        uint256 indexed offerId,
        address indexed seller,
        address indexed bidder,
        address collection,
        uint256 tokenId,
        address currency,
        uint256 amount
    );
    event OfferCancelled(uint256 indexed offerId);
    /// @notice The seller did not take the payment; it waits in `proceedsOf`.
    event ProceedsKept(uint256 indexed listingId, address indexed seller, uint256 amountWei);
    /// @notice As ProceedsKept, of an offer that the seller accepted.
    event OfferProceedsKept(uint256 indexed offerId, address indexed seller, uint256 amountWei);
    event ProceedsWithdrawn(address indexed seller, uint256 amountWei);

    error ZeroPrice();
    error NotTokenOwner(address collection, uint256 tokenId, address caller);
    error MarketNotApproved(address collection, uint256 tokenId);
    /// @notice The collection did not hand the token over, though it did not revert.
    error EscrowFailed(address collection, uint256 tokenId);
    /// @notice The token did not reach who pays for it, though its collection did not revert.
    error NotDelivered(address collection, uint256 tokenId);
    /// @notice There is no contract at the currency's address.
    error InvalidCurrency(address currency);
    /// @notice Never listed, sold, or cancelled.
    error ListingNotOpen(uint256 listingId);
    error NotSeller(uint256 listingId, address caller);
    /// @notice The price is not the one that the caller agreed to.
    error PriceMismatch(uint256 price, uint256 expectedPrice);
    /// @notice The currency is not the one that the caller agreed to. `buy` agrees to ZKPoW, the zero address.
    error CurrencyMismatch(address currency, address expectedCurrency);
    /// @notice The value sent is not what is due; zero is, where the currency is an ERC-20.
    error WrongPayment(uint256 priceWei, uint256 sentWei);
    /// @notice Less of an ERC-20 reached the seller than the price: it takes a fee, or did not move what it said.
    error PaymentShort(address currency, uint256 price, uint256 received);
    error NothingToWithdraw(address seller);
    /// @notice Never made, accepted, or cancelled.
    error OfferNotOpen(uint256 offerId);
    error OfferExpired(uint64 expiresAt, uint256 nowSeconds);
    /// @notice An offer expires in the future, at most MAX_OFFER_SECONDS ahead.
    error InvalidExpiry(uint64 expiresAt, uint256 nowSeconds);
    /// @notice The offer is not for the token that the caller would give.
    error TokenMismatch(address collection, uint256 tokenId, address givenCollection, uint256 givenTokenId);
    error NotBidder(uint256 offerId, address caller);

    /// @notice Lists a token in ZKPoW and takes it into escrow. Its owner only, after approving the market.
    /// @param collection An ERC-721 contract.
    /// @param tokenId The token.
    /// @param priceWei In ZKPoW's smallest unit; not zero.
    /// @return listingId Ids from 1, shared by both kinds of listings, never reused.
    function list(address collection, uint256 tokenId, uint256 priceWei) external returns (uint256 listingId);

    /// @notice As `list`, but the price is in an ERC-20 that the seller chooses.
    /// @param currency An ERC-20 contract. It should move what it is told to: a sale in which less than the price
    /// arrives reverts, so one that takes a fee can't be used.
    /// @param price In the currency's smallest unit; not zero.
    function listFor(address collection, uint256 tokenId, address currency, uint256 price)
        external
        returns (uint256 listingId);

    /// @notice Buys a token that is listed in ZKPoW; the value sent is its price, exactly.
    /// @dev The token goes to the caller without `onERC721Received`: the caller asked for it.
    /// @param listingId An open listing.
    /// @param expectedPriceWei The price that the buyer saw. It must still be the listing's.
    function buy(uint256 listingId, uint256 expectedPriceWei) external payable;

    /// @notice Buys a token that is listed in an ERC-20, of which the caller has approved the price to the market.
    /// @dev As `buy` without a callback. Not from oneself: nothing would arrive at the seller.
    /// @param listingId An open listing.
    /// @param expectedCurrency The ERC-20 that the buyer saw. It must still be the listing's.
    /// @param expectedPrice The price that the buyer saw. It must still be the listing's.
    function buyWith(uint256 listingId, address expectedCurrency, uint256 expectedPrice) external;

    /// @notice Ends a listing and gives the token back. Seller only.
    function cancel(uint256 listingId) external;

    /// @notice Offers to buy a token, or any of a collection. In ZKPoW the value sent is the amount and stays in
    /// escrow until the offer is accepted or cancelled. An ERC-20 is pulled from the bidder on acceptance: it needs
    /// an approval to the market, and an offer without one, or without a balance, can't be accepted.
    /// @param collection An ERC-721 contract.
    /// @param tokenId The token, or ANY_TOKEN: then the owner who accepts chooses which one.
    /// @param currency An ERC-20 contract, or the zero address for ZKPoW.
    /// @param amount In the currency's smallest unit; not zero.
    /// @param expiresAt The last second in which it can be accepted, in unix seconds.
    /// @return offerId Ids from 1, apart from those of listings, never reused.
    function makeOffer(address collection, uint256 tokenId, address currency, uint256 amount, uint64 expiresAt)
        external
        payable
        returns (uint256 offerId);

    /// @notice Sells a token to a bidder. Its owner only, after approving the market. The caller states the offer's
    /// terms. A token that is listed is the market's meanwhile: cancel its listing first.
    /// @dev The token goes to the bidder without `onERC721Received`: the bidder asked for it.
    /// @param collection The collection of the token to give.
    /// @param tokenId The token to give.
    /// @param expectedCurrency What the seller is to be paid in. It must be the offer's.
    /// @param expectedAmount What the seller is to be paid. It must be the offer's.
    function acceptOffer(
        uint256 offerId,
        address collection,
        uint256 tokenId,
        address expectedCurrency,
        uint256 expectedAmount
    ) external;

    /// @notice Ends an offer, expired or not, and sends native value back. Bidder only.
    function cancelOffer(uint256 offerId) external;

    /// @notice Sends the caller what could not be paid to them in a sale.
    function withdrawProceeds() external;

    /// @notice An open listing; all zero where it is not open.
    function listing(uint256 listingId) external view returns (Listing memory);

    /// @notice An offer that is neither accepted nor cancelled, expired or not; all zero otherwise.
    function offer(uint256 offerId) external view returns (Offer memory);

    /// @notice What waits for `seller` to withdraw, in wei.
    function proceedsOf(address seller) external view returns (uint256 amountWei);

    /// @notice The token id that stands for any token in an offer. A token that has this id can't be bid on alone.
    function ANY_TOKEN() external view returns (uint256);

    /// @notice The longest that an offer lasts: one that its bidder forgot doesn't wait for ever.
    function MAX_OFFER_SECONDS() external view returns (uint256);
}
