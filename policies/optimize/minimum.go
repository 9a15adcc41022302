package optimize

import "math"

// minimum is the least numbers of replicas. They may be out of reach, so each replica that is
// missing has a price. Only replicas count that are as accurate as the model asks for, or the most
// accurate ones where none is.
type minimum struct {
	least  []int     // per model, where demand alone does not see to it; 0: none
	absent []float64 // per model, $ per hour for each replica that is missing
	counts []bool    // per configuration: its replicas count for the least number
}

// newMinimum looks up the least numbers of replicas in a problem.
func newMinimum(x *index) minimum {
	q := minimum{make([]int, len(x.Demand)), make([]float64, len(x.Demand)), make([]bool, len(x.Configurations))}
	for m := range x.MinReplicas {
		least := x.MinReplicas[m]
		if least == 0 || len(x.byModel[m]) == 0 || least == 1 && x.Demand[m] > 0 {
			continue // none is asked for, none can run, or one runs since there is demand
		}
		mostAccurate := &x.Configurations[x.byModel[m][0]]
		floor := min(x.floor(m), mostAccurate.Accuracy)
		smallest := math.Inf(1)
		for _, c := range x.byModel[m] {
			if f := &x.Configurations[c]; f.Accuracy >= floor {
				q.counts[c], smallest = true, min(smallest, f.Capacity)
			}
		}
		q.least[m], q.absent[m] = least, x.Penalty*smallest
	}
	return q
}

// idle reports whether nothing is wanted of model m.
func (x *index) idle(m int) bool { return x.Demand[m] == 0 && x.least[m] == 0 }

// most returns how many replicas of configuration c can be of use at most.
func (x *index) most(c int) float64 {
	f := &x.Configurations[c]
	most := math.Ceil(x.Demand[f.Model] / f.Capacity)
	if x.counts[c] {
		most = max(most, float64(x.least[f.Model]))
	}
	return most
}

// running returns the replicas of model m, as far as they count for its least number.
func (x *index) running(m int, replicas []int) (n int) {
	if x.least[m] == 0 {
		return 0
	}
	for _, c := range x.byModel[m] {
		if x.counts[c] {
			n += replicas[c]
		}
	}
	return min(n, x.least[m])
}

// missing returns how many replicas model m lacks of its least number.
func (x *index) missing(m int, replicas []int) int { return x.least[m] - x.running(m, replicas) }

// worth returns what the replicas of model m are worth: the rate that they serve, and their number.
func (x *index) worth(m int, replicas []int) float64 {
	_, worth := x.split(m, replicas, nil)
	return worth + float64(x.absent[m]*float64(x.running(m, replicas)))
}

// share returns which share of its demand model m is served, or of its replicas it has, if that is
// less. It is 1 where nothing is wanted.
func (x *index) share(m int, served float64, replicas []int) float64 {
	share := 1.
	if x.Demand[m] > 0 {
		share = served / x.Demand[m]
	}
	if x.least[m] > 0 {
		share = min(share, float64(x.running(m, replicas))/float64(x.least[m]))
	}
	return share
}
