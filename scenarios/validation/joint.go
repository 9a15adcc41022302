package validation

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// JointTest is a test over all systems that scenarios express exactly. It takes the first row of
// each system for which its runs are long enough. These rows are independent of each other. So the
// number of scores beyond their 95 % points has a binomial distribution. It should lie within the
// central 99.9 % of this distribution.
type JointTest struct{ Headlines, Beyond, Fewest, Most int }

// JointlyAgrees reports whether the joint test passes.
func (j JointTest) JointlyAgrees() bool { return j.Beyond >= j.Fewest && j.Beyond <= j.Most }

// joint makes the test of the rows of each system.
func joint(systems [][]ComparedValue, o Options) (j JointTest) {
	for _, rows := range systems {
		exact := func(r ComparedValue) bool { return !r.Short && r.System.queue.near() == 0 }
		if at := slices.IndexFunc(rows, exact); at >= 0 {
			j.Headlines++
			if rows[at].Outside {
				j.Beyond++
			}
		}
	}
	j.Fewest, j.Most = central(j.Headlines, 0.05, 0.999)
	return j
}

func (j JointTest) summary() string {
	return fmt.Sprintf("Joint test: %d of %d headline scores lie beyond their 95 %% point; chance alone gives %d to %d in 99.9 %% of all tables: %s.",
		j.Beyond, j.Headlines, j.Fewest, j.Most, verdict(j.JointlyAgrees()))
}

// central returns the bounds of the central part of the binomial distribution of n draws. Its
// probability is at least part.
func central(n int, p, part float64) (fewest, most int) {
	distribution := distuv.Binomial{N: float64(n), P: p}
	for fewest < n && distribution.CDF(float64(fewest)) <= (1-part)/2 {
		fewest++
	}
	for most = fewest; most < n && distribution.CDF(float64(most)) < 1-(1-part)/2; most++ {
	}
	return fewest, most
}
