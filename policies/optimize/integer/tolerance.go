package integer

const (
	wholeTolerance    = 1e-6 // how far from a whole number a value of a relaxation may be
	feasibleTolerance = 1e-6 // how far outside of a row or bound, relative to 1 + its terms
	sameTolerance     = 1e-9 // below it, objectives are the same, relative to 1 + their size
	prunedTolerance   = 1e-8 // nodes that can be better by no more are dropped
	mostBound         = 1e9  // bounds that follow from rows are kept only below it
)
