// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

// Every custom error of the margin rules, with the operands that caused it.

// instruments and portfolios
error InvalidInstrument(uint256 instrument);
error PositionsOutOfOrder(uint256 previous, uint256 instrument);
error TooManyPositions(uint256 positions, uint256 most);
error SizeOutOfRange(uint256 instrument, int256 size);
error CashOutOfRange(int256 cash);

// market
error QuotesMismatch(uint256 quotes, uint256 positions);
error UnderlyingNotQuoted(uint256 underlying);
error SurplusQuotes(uint256 quoted, uint256 held);
error PriceOutOfRange(uint256 instrument, uint256 price);
error GridPriceOutOfRange(uint256 instrument, int256 price);
error ShockOutOfRange(uint256 underlying, int256 shock);
error ConfidenceOutOfRange(uint256 confidenceBps);

// pricing
error TotalVolatilityOutOfRange(uint256 totalVolatility);
error RateOutOfRange(int256 rate);

// rules
error UnderlyingNotCovered(uint256 underlying);
error PnlOutOfRange(int256 pnl);
error NotionalOutOfRange(uint256 underlying, uint256 notional);
error LossOutOfRange(int256 loss);
error GroupOutsideMatrix(uint256 group, uint256 matrixSize);
error NegativeVariance(int256 variance);
error TailMissing(uint256 scenarios);
error TailLength(uint256 given, uint256 wanted);
error TailNotDescending(uint256 index);
error TailNotLargest(uint256 scenario, int256 loss, int256 least);
error TailScenarioUnknown(uint256 scenario, uint256 scenarios);

// policies
error SchemaUnknown(uint256 schema);
error DialsInvalid(uint256 repricing, uint256 grouping, uint256 aggregate, uint256 combine);
error TailInvalid(uint256 numerator, uint256 denominator, uint256 scenarios);
error FactorOutOfRange(uint256 factorBps);
error InitialBelowMaintenance(uint256 initialBps, uint256 maintenanceBps);
error ScenariosOutOfRange(uint256 scenarios);
error PositionLimitOutOfRange(uint256 maxPositions);
error ShocksMismatch(uint256 shocks, uint256 scenarios);
error TableMissing(uint256 underlying, uint256 table);
error CoversOutOfOrder(uint256 previous, uint256 underlying);
error PolicyShockOutOfRange(int256 spotBps, int256 volatilityBps);
error MatrixInvalid(uint256 row, uint256 column, int256 correlationBps);
error MatrixSizeInvalid(uint256 matrixSize, uint256 entries);
error PegThresholdOutOfRange(uint256 pegThreshold);
error TermInvalid(uint256 termPowerBps, uint256 termFloor);
error CoverOutOfRange(uint256 underlying, uint256 collateralCap, uint256 depth);
error VarianceMayBeNegative(uint256 row, int256 rest);
error GasOutOfReach(uint256 estimate, uint256 most);
