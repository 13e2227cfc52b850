// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

// What a margin rule takes and gives. Amounts and prices have 18 decimals; what ends in Bps is in basis points; times
// are Unix seconds. Every field is a full word, so that each struct is one row of words for whoever encodes, hashes or
// mirrors it.

/// What one account holds of one instrument.
struct Position {
    uint256 instrument;
    /// Negative for a short; |size| < 2^112.
    int256 size;
}

/// An account as a rule sees it: positions in strictly ascending order of instrument.
struct Portfolio {
    int256 cash;
    Position[] positions;
}

/// What the market says of one instrument.
struct Quote {
    /// Of the underlying, for the instrument's date; a perpetual's own mark. Not read for spot.
    uint256 forward;
    /// Annualised, for the instrument's strike; options only.
    uint256 volatility;
    /// Continuous and annualised, at which an option's payoff is discounted.
    int256 rate;
    /// At which the instrument's date was settled; 0 until then.
    uint256 settlement;
    /// Least of what the sources of the above claim, 10_000 for certainty.
    uint256 confidenceBps;
}

/// What the market says of one underlying.
struct UnderlyingQuote {
    uint256 underlying;
    uint256 spot;
    uint256 confidenceBps;
    /// By which the spot shocks of a policy are multiplied: volatility now, against the policy's reference.
    uint256 shockScaleBps;
}

/// The market at one moment, for one portfolio.
struct Market {
    uint256 time;
    /// Dollars for one unit of the cash asset.
    uint256 stablePrice;
    /// Those of the portfolio, each once, in ascending order.
    UnderlyingQuote[] underlyings;
    /// One for each position, in the same order.
    Quote[] quotes;
}

/// A move of the market. The spot part is scaled by `shockScaleBps`, the volatility part by the term (see Terms).
struct Shock {
    int256 spotBps;
    int256 volatilityBps;
}

/// How a policy treats an underlying.
struct Cover {
    uint256 underlying;
    /// Which of the policy's tables of shocks applies.
    uint256 table;
    /// Taken off what long spot is worth as collateral, up to `collateralCap`; beyond it, all is taken off.
    uint256 haircutBps;
    uint256 collateralCap;
    /// In units of the underlying: what the market absorbs.
    uint256 depth;
    /// Of spot, for each unit held beyond the depth.
    uint256 concentrationBps;
}

/// The numbers of a policy that are neither per scenario nor per underlying.
struct Terms {
    /// Of this format.
    uint256 schema;
    // the four dials, see Dials
    uint256 repricing;
    uint256 grouping;
    uint256 aggregate;
    uint256 combine;
    /// SHORTFALL: the tail is tailNumerator / tailDenominator of the scenarios. VAR: the tailNumerator-th largest loss.
    uint256 tailNumerator;
    uint256 tailDenominator;
    /// Share at which an underlying's gain counts against losses of others; ACCOUNT grouping.
    uint256 creditBps;
    /// Requirement at the level, for one unit of the base.
    uint256 initialBps;
    uint256 maintenanceBps;
    uint256 maxPositions;
    /// A volatility shock is multiplied by (30 days / max(time to expiry, floor)) ^ power.
    uint256 termPowerBps;
    uint256 termFloor;
    /// Least requirement for each option sold, of its forward.
    uint256 shortOptionBps;
    /// Of a position's notional, for each unit of confidence that its sources lack.
    uint256 confidenceBps;
    /// Of the base, for each unit that the cash asset is worth less than `pegThreshold`.
    uint256 depegBps;
    uint256 pegThreshold;
    /// Rows of the correlation matrix; QUAD.
    uint256 matrixSize;
}

/// A margin rule, whole.
struct Policy {
    Terms terms;
    /// In ascending order of underlying.
    Cover[] covers;
    /// Tables one after the other, each with one shock for each scenario.
    Shock[] shocks;
    /// One for each scenario.
    uint256[] weightsBps;
    /// matrixSize x matrixSize, by rows.
    int256[] correlationsBps;
}

/// What a rule says of a portfolio.
struct Margin {
    /// Cash and positions at current prices; rounded down.
    int256 value;
    /// What is taken off the value of collateral; rounded up.
    uint256 haircut;
    /// Requirements; rounded up.
    uint256 initialRequirement;
    uint256 maintenanceRequirement;
    /// The scenario with the least weighted outcome over all groups, the first of equals.
    uint256 worstScenario;
    uint256 groups;
}
