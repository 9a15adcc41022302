package compare

// Mark says what a comparison with the baseline has shown.
type Mark int

// Unmarked means that nothing has been shown: the interval of the difference holds zero, or there
// is none.
const (
	Unmarked Mark = iota
	Better
	Worse
	Differs // a difference in a metric that has no better direction
	Unequal // nothing is compared, because the two completed different numbers of requests
)

// String returns "better", "worse", "differs", "unequal work" or "".
func (m Mark) String() string {
	return [...]string{Unmarked: "", Better: "better", Worse: "worse", Differs: "differs", Unequal: "unequal work"}[m]
}

// Comparison is one metric of one policy over its replications, beside the baseline's.
type Comparison struct {
	Scenario string
	Policy   string
	Scope    string
	Metric   string
	Unit     string
	Value    Interval

	// Difference is policy minus baseline over the replications that both have. Its level is
	// Bonferroni's for the policies that are compared with the baseline. It excludes zero exactly
	// when there is a Mark. Its Mean is NaN for the baseline itself, and if no difference is
	// defined.
	Difference Interval
	// Reduction is the factor by which pairing shrank the variance of the difference: what
	// independent replications would have had, over what the pairs have. It is +Inf for a constant
	// difference, NaN if it is not defined.
	Reduction float64
	Mark      Mark
	// Warning says what is doubtful about Value or Difference; empty when nothing is.
	Warning string
}

func (c *Comparison) warn(text string) {
	if c.Warning != "" {
		text = c.Warning + "; " + text
	}
	c.Warning = text
}
