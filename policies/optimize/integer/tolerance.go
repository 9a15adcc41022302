package integer

const (
	wholeTolerance    = 1e-6 // a value this close to a whole number counts as whole
	feasibleTolerance = 1e-6 // allowed violation of a row or bound, relative to 1 + its terms
	sameTolerance     = 1e-9 // objectives this close are equal, relative to 1 + their size
	prunedTolerance   = 1e-8 // nodes that can improve the best by no more than this are dropped
	mostBound         = 1e9  // larger bounds that follow from rows are ignored
)
