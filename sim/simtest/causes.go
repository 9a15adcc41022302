package simtest

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// CausesAddUp checks the values of metrics of a run; their keys are "SCOPE METRIC". In every scope
// with causes of misses, the causes must add up to the requests that missed. The requests that were
// given up must be no more than the rejected and dropped requests.
func CausesAddUp(values map[string]float64) error {
	var faults []error
	for key := range values {
		scope, has := strings.CutSuffix(key, " missed_service")
		if !has {
			continue
		}
		missed, gave := 0.0, 0.0
		for other, n := range values {
			if cause, is := strings.CutPrefix(other, scope+" "); is && strings.HasPrefix(cause, "missed_") {
				missed += n
			} else if is && strings.HasPrefix(cause, "given_up_") {
				gave += n
			}
		}
		arrived := values[scope+" arrived"]
		want := math.Round(arrived * (1 - values[scope+" slo_attainment"]/100))
		if missed != want {
			faults = append(faults, fmt.Errorf("%s: the causes add up to %v, but %v of %v missed", scope, missed, want, arrived))
		}
		if ended := values[scope+" missed_rejected"] + values[scope+" missed_dropped"]; gave > ended {
			faults = append(faults, fmt.Errorf("%s: %v given up, but only %v rejected or dropped", scope, gave, ended))
		}
	}
	return errors.Join(faults...)
}
