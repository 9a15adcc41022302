package fleet

import (
	"errors"
	"fmt"
)

// BranchRetries says what happens when a branch of a pipeline request is rejected, times out, is
// dropped or fails: it is tried again, alone or with the whole request. A request that can never be
// served is not tried again.
type BranchRetries struct {
	// Whole says that the request begins again with its first stage, after a pause. Branches that
	// wait are withdrawn; those in service go on to their end, for nobody. Else the branch alone
	// begins again, and the others go on.
	Whole    bool
	Attempts int          // largest number of attempts of a branch or of the request, at least 2
	Backoff  Backoff      // pause before a further attempt
	Budget   *RetryBudget // nil: no limit on the further attempts of all requests together
}

// check returns the faults of retries.
func (r *BranchRetries) check() error {
	var faults []error
	if r.Attempts < 2 || r.Attempts > MostAttempts {
		faults = append(faults, fmt.Errorf("%d attempts are outside 2 to %d", r.Attempts, MostAttempts))
	}
	return errors.Join(append(append(faults, r.Backoff.check()...), r.Budget.check()...)...)
}
