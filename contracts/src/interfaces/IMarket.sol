// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IMarket
/// @notice Fixed-price sales of any ERC-721 token in the native token, ZKPoW.
/// @dev A listed token is in escrow: what is listed can be bought, at its price, until it is sold or taken back.
/// Without escrow a listing would outlive a transfer and come alive again, at an old price, when the token
/// returns to its seller. The seller is paid in the sale; where that fails, the amount waits in `proceedsOf`.
interface IMarket {
    struct Listing {
        address seller;
        address collection;
        uint256 tokenId;
        uint256 priceWei;
    }

    event Listed(
        uint256 indexed listingId,
        address indexed seller,
        address indexed collection,
        uint256 tokenId,
        uint256 priceWei
    );
    event Sold(
        uint256 indexed listingId,
        address indexed seller,
        address indexed buyer,
        address collection,
        uint256 tokenId,
        uint256 priceWei
    );
    event Cancelled(uint256 indexed listingId);
    /// @notice The seller did not take the payment; it waits in `proceedsOf`.
    event ProceedsKept(uint256 indexed listingId, address indexed seller, uint256 amountWei);
    event ProceedsWithdrawn(address indexed seller, uint256 amountWei);

    error ZeroPrice();
    error NotTokenOwner(address collection, uint256 tokenId, address caller);
    error MarketNotApproved(address collection, uint256 tokenId);
    /// @notice The collection did not hand the token over, though it did not revert.
    error EscrowFailed(address collection, uint256 tokenId);
    /// @notice Never listed, sold, or cancelled.
    error ListingNotOpen(uint256 listingId);
    error NotSeller(uint256 listingId, address caller);
    /// @notice The listing's price is not the one that the buyer agreed to.
    error PriceMismatch(uint256 priceWei, uint256 expectedPriceWei);
    /// @notice The value sent is not the price.
    error WrongPayment(uint256 priceWei, uint256 sentWei);
    error NothingToWithdraw(address seller);

    /// @notice Lists a token and takes it into escrow. Its owner only, after approving the market.
    /// @param collection An ERC-721 contract.
    /// @param tokenId The token.
    /// @param priceWei In ZKPoW's smallest unit; not zero.
    /// @return listingId Ids from 1, never reused.
    function list(address collection, uint256 tokenId, uint256 priceWei) external returns (uint256 listingId);

    /// @notice Buys a listed token; the value sent is its price, exactly.
    /// @dev The token goes to the caller without `onERC721Received`: the caller asked for it.
    /// @param listingId An open listing.
    /// @param expectedPriceWei The price that the buyer saw. It must still be the listing's.
    function buy(uint256 listingId, uint256 expectedPriceWei) external payable;

    /// @notice Ends a listing and gives the token back. Seller only.
    function cancel(uint256 listingId) external;

    /// @notice Sends the caller what could not be paid to them in a sale.
    function withdrawProceeds() external;

    /// @notice An open listing; all zero where it is not open.
    function listing(uint256 listingId) external view returns (Listing memory);

    /// @notice What waits for `seller` to withdraw, in wei.
    function proceedsOf(address seller) external view returns (uint256 amountWei);
}
