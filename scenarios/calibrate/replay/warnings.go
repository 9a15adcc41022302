package replay

import "fmt"

// UnitWarnings warns of implausible measured times. Probably their column has another unit than its
// name says.
func UnitWarnings(list []MeasuredLoad) []string {
	const slow, fast = 2, 50e-6 // plausible limits of any engine, in seconds per token
	n, first, token := 0.0, 0.0, 0.0
	for i := range list {
		for _, r := range list[i].Rows {
			if out := list[i].MeanOutput(r); out > 1 {
				n, first, token = n+1, first+r.TTFT, token+r.TPOT(out)
			}
		}
	}
	if n == 0 || token/n >= fast && token/n <= slow {
		return nil
	}
	return []string{fmt.Sprintf("the mean is %.3g s to the first token and %.3g s per token after it: are the units of the columns right? (ttft_ms, or --column ttft=ttft:ms)", first/n, token/n)}
}
