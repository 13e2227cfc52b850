"""Every custom error of the house, with the operands that caused it: the mirror of HouseErrors.sol."""

from vmargin.solidity.reverts import CustomError

# roles
NotVenue = CustomError("NotVenue(address)")
NotModule = CustomError("NotModule(address)")
AlreadyConnected = CustomError("AlreadyConnected(address)")
PolicyNotAllowed = CustomError("PolicyNotAllowed(bytes32)")

# accounts
UnknownAccount = CustomError("UnknownAccount(uint256)")
NotOwner = CustomError("NotOwner(uint256,address)")
MayNotAct = CustomError("MayNotAct(uint256,address)")
VenueNotAllowed = CustomError("VenueNotAllowed(uint256,address)")
InPool = CustomError("InPool(uint256,uint256)")
NotInPool = CustomError("NotInPool(uint256)")
MembersOutOfOrder = CustomError("MembersOutOfOrder(uint256,uint256)")
MembersOutOfRange = CustomError("MembersOutOfRange(uint256)")

# cash
DecimalsOutOfRange = CustomError("DecimalsOutOfRange(uint256)")
AmountOutOfRange = CustomError("AmountOutOfRange(uint256)")
BorrowRateOutOfRange = CustomError("BorrowRateOutOfRange(uint256)")
BorrowIndexOutOfRange = CustomError("BorrowIndexOutOfRange(uint256)")

# funding
NotPerpetual = CustomError("NotPerpetual(uint256)")
FundingTooSoon = CustomError("FundingTooSoon(uint256,uint256)")

# trades
SelfTrade = CustomError("SelfTrade(uint256)")
InstrumentExpired = CustomError("InstrumentExpired(uint256)")
StrikeOutOfRange = CustomError("StrikeOutOfRange(uint256,uint256)")
TradePriceOutOfRange = CustomError("TradePriceOutOfRange(uint256,int256)")
HealthTooLow = CustomError("HealthTooLow(uint256,int256,int256)")

# feeds of spot prices
NotListed = CustomError("NotListed(uint256)")
UnderlyingOutOfRange = CustomError("UnderlyingOutOfRange(uint256)")
FreshnessInvalid = CustomError("FreshnessInvalid(uint256,uint256,uint256,uint256)")
RoundIncomplete = CustomError("RoundIncomplete(uint256,uint256)")
RoundFromTheFuture = CustomError("RoundFromTheFuture(uint256,uint256,uint256)")
SpotOutOfRange = CustomError("SpotOutOfRange(uint256,int256)")
SpotStale = CustomError("SpotStale(uint256,uint256,uint256)")

# settlement
NotExpired = CustomError("NotExpired(uint256,uint256,uint256)")
AlreadySettled = CustomError("AlreadySettled(uint256,uint256,uint256)")
RoundBeforeExpiry = CustomError("RoundBeforeExpiry(uint256,uint256,uint256)")
NoRoundBefore = CustomError("NoRoundBefore(uint256)")
RoundNotFirst = CustomError("RoundNotFirst(uint256,uint256,uint256)")

# surfaces
NotAPoster = CustomError("NotAPoster(address)")
NotASurface = CustomError("NotASurface(uint256)")
ExpiryTooFar = CustomError("ExpiryTooFar(uint256,uint256)")
ForwardOutOfRange = CustomError("ForwardOutOfRange(uint256,uint256)")
SurfaceFromTheFuture = CustomError("SurfaceFromTheFuture(uint256,uint256,uint256)")
SurfaceOutdated = CustomError("SurfaceOutdated(uint256,uint256,uint256)")
SurfaceMissing = CustomError("SurfaceMissing(uint256)")
SurfaceStale = CustomError("SurfaceStale(uint256,uint256,uint256)")
TooManyNodes = CustomError("TooManyNodes(uint256,uint256)")
NodesOutOfOrder = CustomError("NodesOutOfOrder(uint256,uint256)")
NodeVolatilityOutOfRange = CustomError("NodeVolatilityOutOfRange(uint256,uint256)")
VolatilityMissing = CustomError("VolatilityMissing(uint256)")

# volatility
VolatilityTermsInvalid = CustomError("VolatilityTermsInvalid(uint256,uint256,uint256)")
VolatilityTimesInvalid = CustomError("VolatilityTimesInvalid(uint256,uint256,uint256,uint256)")
VolatilityNotSet = CustomError("VolatilityNotSet(uint256)")

# the market
InstrumentsOutOfOrder = CustomError("InstrumentsOutOfOrder(uint256,uint256)")

# policies
PolicyUnknown = CustomError("PolicyUnknown(bytes32)")
PolicyTooLarge = CustomError("PolicyTooLarge(uint256,uint256)")

# allocation and waterfall
SharersOutOfRange = CustomError("SharersOutOfRange(uint256,uint256)")

# pools
PoolUnknown = CustomError("PoolUnknown(uint256)")
NotOperator = CustomError("NotOperator(uint256,address)")
NotInvited = CustomError("NotInvited(uint256,uint256,uint256)")
PoolNotEmpty = CustomError("PoolNotEmpty(uint256,uint256)")
MemberInDefault = CustomError("MemberInDefault(uint256,uint256)")
MarkTooSoon = CustomError("MarkTooSoon(uint256,uint256)")
AlreadyDeclared = CustomError("AlreadyDeclared(uint256,uint256)")
NotDeclared = CustomError("NotDeclared(uint256)")
StillOwing = CustomError("StillOwing(uint256,uint256)")
StillInGrace = CustomError("StillInGrace(uint256,uint256,int256)")
AuctionNotLapsed = CustomError("AuctionNotLapsed(uint256)")

# liquidation
AuctionTermsInvalid = CustomError("AuctionTermsInvalid(uint256,uint256,uint256,uint256)")
AuctionRunning = CustomError("AuctionRunning(uint256,uint256)")
AuctionLapsed = CustomError("AuctionLapsed(uint256,uint256)")
NoAuction = CustomError("NoAuction(uint256)")
NotLiquidatable = CustomError("NotLiquidatable(uint256,int256)")
StillLiquidatable = CustomError("StillLiquidatable(uint256,int256)")
SameScope = CustomError("SameScope(uint256,uint256)")
FractionOutOfRange = CustomError("FractionOutOfRange(uint256)")
FractionAboveLimit = CustomError("FractionAboveLimit(uint256,uint256)")
NothingToClose = CustomError("NothingToClose(uint256,uint256)")
BidWouldWorsen = CustomError("BidWouldWorsen(uint256,int256,int256)")
PaymentAboveLimit = CustomError("PaymentAboveLimit(int256,int256)")
RewardBelowLimit = CustomError("RewardBelowLimit(uint256,uint256)")
NothingOwed = CustomError("NothingOwed(uint256)")
