"""Every custom error of the margin rules, with the operands that caused it: the mirror of Errors.sol."""

from vmargin.solidity.reverts import CustomError

# instruments and portfolios
InvalidInstrument = CustomError("InvalidInstrument(uint256)")
PositionsOutOfOrder = CustomError("PositionsOutOfOrder(uint256,uint256)")
TooManyPositions = CustomError("TooManyPositions(uint256,uint256)")
SizeOutOfRange = CustomError("SizeOutOfRange(uint256,int256)")
CashOutOfRange = CustomError("CashOutOfRange(int256)")

# market
QuotesMismatch = CustomError("QuotesMismatch(uint256,uint256)")
UnderlyingNotQuoted = CustomError("UnderlyingNotQuoted(uint256)")
SurplusQuotes = CustomError("SurplusQuotes(uint256,uint256)")
PriceOutOfRange = CustomError("PriceOutOfRange(uint256,uint256)")
GridPriceOutOfRange = CustomError("GridPriceOutOfRange(uint256,int256)")
ShockOutOfRange = CustomError("ShockOutOfRange(uint256,int256)")
ConfidenceOutOfRange = CustomError("ConfidenceOutOfRange(uint256)")

# pricing
TotalVolatilityOutOfRange = CustomError("TotalVolatilityOutOfRange(uint256)")
RateOutOfRange = CustomError("RateOutOfRange(int256)")

# rules
UnderlyingNotCovered = CustomError("UnderlyingNotCovered(uint256)")
PnlOutOfRange = CustomError("PnlOutOfRange(int256)")
NotionalOutOfRange = CustomError("NotionalOutOfRange(uint256,uint256)")
LossOutOfRange = CustomError("LossOutOfRange(int256)")
GroupOutsideMatrix = CustomError("GroupOutsideMatrix(uint256,uint256)")
NegativeVariance = CustomError("NegativeVariance(int256)")
TailMissing = CustomError("TailMissing(uint256)")
TailLength = CustomError("TailLength(uint256,uint256)")
TailNotDescending = CustomError("TailNotDescending(uint256)")
TailNotLargest = CustomError("TailNotLargest(uint256,int256,int256)")
TailScenarioUnknown = CustomError("TailScenarioUnknown(uint256,uint256)")

# policies
SchemaUnknown = CustomError("SchemaUnknown(uint256)")
DialsInvalid = CustomError("DialsInvalid(uint256,uint256,uint256,uint256)")
TailInvalid = CustomError("TailInvalid(uint256,uint256,uint256)")
FactorOutOfRange = CustomError("FactorOutOfRange(uint256)")
InitialBelowMaintenance = CustomError("InitialBelowMaintenance(uint256,uint256)")
ScenariosOutOfRange = CustomError("ScenariosOutOfRange(uint256)")
PositionLimitOutOfRange = CustomError("PositionLimitOutOfRange(uint256)")
ShocksMismatch = CustomError("ShocksMismatch(uint256,uint256)")
TableMissing = CustomError("TableMissing(uint256,uint256)")
CoversOutOfOrder = CustomError("CoversOutOfOrder(uint256,uint256)")
PolicyShockOutOfRange = CustomError("PolicyShockOutOfRange(int256,int256)")
MatrixInvalid = CustomError("MatrixInvalid(uint256,uint256,int256)")
MatrixSizeInvalid = CustomError("MatrixSizeInvalid(uint256,uint256)")
PegThresholdOutOfRange = CustomError("PegThresholdOutOfRange(uint256)")
TermInvalid = CustomError("TermInvalid(uint256,uint256)")
CoverOutOfRange = CustomError("CoverOutOfRange(uint256,uint256,uint256)")
VarianceMayBeNegative = CustomError("VarianceMayBeNegative(uint256,int256)")
GasOutOfReach = CustomError("GasOutOfReach(uint256,uint256)")
