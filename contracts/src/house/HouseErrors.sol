// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

// Every custom error of the house, with the operands that caused it. Portfolios and prices have those of the rules.

// roles
error NotVenue(address who);
error NotModule(address who);
error AlreadyConnected(address engine);
error PolicyNotAllowed(bytes32 policy);

// accounts
error UnknownAccount(uint256 account);
error NotOwner(uint256 account, address who);
error MayNotAct(uint256 account, address who);
error VenueNotAllowed(uint256 account, address venue);
error InPool(uint256 account, uint256 pool);
error NotInPool(uint256 account);
error MembersOutOfOrder(uint256 previous, uint256 member);
error MembersOutOfRange(uint256 members);

// cash
error AmountOutOfRange(uint256 amount);
error BorrowRateOutOfRange(uint256 rate);
error BorrowIndexOutOfRange(uint256 index);

// funding
error NotPerpetual(uint256 instrument);
error FundingTooSoon(uint256 instrument, uint256 earliest);

// trades
error SelfTrade(uint256 account);
error InstrumentExpired(uint256 instrument);
error StrikeOutOfRange(uint256 instrument, uint256 strike);
error TradePriceOutOfRange(uint256 instrument, int256 price);
error HealthTooLow(uint256 account, int256 initialHealth, int256 maintenanceHealth);

// feeds of spot prices
error NotListed(uint256 underlying);
error UnderlyingOutOfRange(uint256 underlying);
error DecimalsOutOfRange(uint256 decimals);
error FreshnessInvalid(uint256 heartbeat, uint256 fresh, uint256 confidenceBps, uint256 floorBps);
error RoundIncomplete(uint256 underlying, uint256 round);
error RoundFromTheFuture(uint256 underlying, uint256 updatedAt, uint256 time);
error SpotOutOfRange(uint256 underlying, int256 answer);
error SpotStale(uint256 underlying, uint256 updatedAt, uint256 time);

// settlement
error NotExpired(uint256 underlying, uint256 expiry, uint256 time);
error AlreadySettled(uint256 underlying, uint256 expiry, uint256 price);
error RoundBeforeExpiry(uint256 round, uint256 updatedAt, uint256 expiry);
error NoRoundBefore(uint256 round);
error RoundNotFirst(uint256 round, uint256 previousUpdatedAt, uint256 expiry);

// surfaces
error NotAPoster(address sender);
error NotASurface(uint256 surface);
error ExpiryTooFar(uint256 surface, uint256 latest);
error ForwardOutOfRange(uint256 surface, uint256 forward);
error SurfaceFromTheFuture(uint256 surface, uint256 postedAt, uint256 time);
error SurfaceOutdated(uint256 surface, uint256 postedAt, uint256 previous);
error SurfaceMissing(uint256 surface);
error SurfaceStale(uint256 surface, uint256 postedAt, uint256 time);
error TooManyNodes(uint256 words, uint256 most);
error NodesOutOfOrder(uint256 previous, uint256 strike);
error NodeVolatilityOutOfRange(uint256 strike, uint256 volatility);
error VolatilityMissing(uint256 strike);

// volatility
error VolatilityTermsInvalid(uint256 referenceBps, uint256 floorBps, uint256 ceilingBps);
error VolatilityTimesInvalid(uint256 stepBps, uint256 decay, uint256 interval, uint256 limit);
error VolatilityNotSet(uint256 underlying);

// the market
error InstrumentsOutOfOrder(uint256 previous, uint256 instrument);

// policies
error PolicyUnknown(bytes32 policy);
error PolicyTooLarge(uint256 size, uint256 most);

// allocation and waterfall
error SharersOutOfRange(uint256 sharers, uint256 total);

// pools
error PoolUnknown(uint256 pool);
error NotOperator(uint256 pool, address who);
error NotInvited(uint256 pool, uint256 account, uint256 contribution);
error PoolNotEmpty(uint256 pool, uint256 members);
error MemberInDefault(uint256 account, uint256 deficit);
error MarkTooSoon(uint256 pool, uint256 earliest);
error AlreadyDeclared(uint256 account, uint256 declaredAt);
error NotDeclared(uint256 account);
error StillOwing(uint256 account, uint256 deficit);
error StillInGrace(uint256 account, uint256 declaredAt, int256 maintenanceHealth);
error AuctionNotLapsed(uint256 account);

// liquidation
error AuctionTermsInvalid(uint256 startBps, uint256 length, uint256 insuranceBps, uint256 backstopBps);
error AuctionRunning(uint256 account, uint256 since);
error AuctionLapsed(uint256 account, uint256 since);
error NoAuction(uint256 account);
error NotLiquidatable(uint256 account, int256 maintenanceHealth);
error StillLiquidatable(uint256 account, int256 maintenanceHealth);
error SameScope(uint256 account, uint256 liquidator);
error FractionOutOfRange(uint256 fraction);
error FractionAboveLimit(uint256 fraction, uint256 limit);
error NothingToClose(uint256 account, uint256 fraction);
error BidWouldWorsen(uint256 account, int256 healthBefore, int256 healthAfter);
error PaymentAboveLimit(int256 payment, int256 most);
error RewardBelowLimit(uint256 reward, uint256 least);
error NothingOwed(uint256 account);
