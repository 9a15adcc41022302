// Package compare compares policies by the rows of their runs: means and pooled percentiles with
// their intervals, paired differences to a baseline, verdicts on objectives, the choice of the
// cheapest policy, and doubts about all of these.
package compare

// shareInTime is the metric that objectives are compared with.
const shareInTime = "slo_attainment"
