package compare

// Mark is the result of a comparison with the baseline.
type Mark int

// Unmarked means that no difference is shown: the interval of the difference contains zero, or
// there is no interval.
const (
	Unmarked Mark = iota
	Better
	Worse
	Differs // a difference in a metric that has no better direction
	Unequal // not compared, because the two policies completed different numbers of requests
)

// String returns "better", "worse", "differs", "unequal work" or "".
func (m Mark) String() string {
	return [...]string{Unmarked: "", Better: "better", Worse: "worse", Differs: "differs", Unequal: "unequal work"}[m]
}

// Comparison is one metric of one policy over its replications, compared with the baseline.
type Comparison struct {
	Scenario string
	Policy   string
	Scope    string
	Metric   string
	Unit     string
	Value    Interval

	// Difference is policy minus baseline, over the replications that both have. Its level has the
	// Bonferroni correction for the number of policies that are compared with the baseline. It
	// excludes zero if and only if there is a Mark. Its Mean is NaN for the baseline itself, and if
	// the difference is undefined.
	Difference Interval
	// Reduction is the factor by which pairing reduces the variance of the difference: the variance
	// with independent replications over the variance of the pairs. It is +Inf for a constant
	// difference, NaN if undefined.
	Reduction float64
	Mark      Mark
	// Warning says what is doubtful about Value or Difference; empty: nothing.
	Warning string
}

func (c *Comparison) warn(text string) {
	if c.Warning != "" {
		text = c.Warning + "; " + text
	}
	c.Warning = text
}
