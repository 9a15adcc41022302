package validation

import (
	"context"
	"strings"
)

// Perturbation is the factor on service times in the negative control.
const Perturbation = 1.03

// Control runs the negative control: systems with one kind of service are served 3 % slower than
// the theory assumes. The joint test must fail. Otherwise the comparison could not detect an error
// of this size. A quarter of the customers is enough.
func Control(ctx context.Context, o Options) (Report, error) {
	o.Slower, o.Longest, o.Customers = Perturbation, 1, o.Customers/4
	o.Only = func(s QueueSystem) bool {
		return strings.HasPrefix(s.Family, "M/M/1") || strings.HasPrefix(s.Family, "M/G/1") || s.Family == "M/M/c" || s.Family == "GI/M/1"
	}
	if progress := o.Progress; progress != nil {
		o.Progress = func(_ string, done, of int) { progress("runs of the negative control", done, of) }
	}
	return Run(ctx, o)
}
