package linear

import "math"

// ratioTest chooses the entering variable of the dual simplex method.
type ratioTest struct {
	candidates []breakpoint
	groups     []int // where each group of candidates ends
	flips      []int32
}

// breakpoint is the point at which the reduced cost of a variable reaches 0, after a step of
// cost/slope.
type breakpoint struct {
	variable int32
	cost     float64 // reduced cost, with a sign such that right values are at least 0
	slope    float64
	change   float64 // by how much the slope of the dual objective falls if the variable flips
}

// choose returns the entering variable, or −1 if there is none. In this case the row proves that
// the program has no solution. The leaving variable is outside of its bounds by slope: above if
// sigma is 1, and below if sigma is −1.
//
// Variables with two bounds may flip to the other bound, so that the step passes their breakpoints
// (bound flipping ratio test; Maros, Computational techniques of the simplex method, 2003, chapter
// 10). Among breakpoints within the tolerance, it takes the one with the largest pivot (Harris,
// Pivot selection methods of the Devex LP code, 1973).
func (s *Simplex) choose(sigma, slope float64) int {
	r := &s.ratio
	s.collect(sigma)
	count := r.near(slope)
	if count == 0 {
		return -1
	}
	work := r.candidates[:count]
	r.groups = r.groups[:0]
	largest := 0.
	for _, c := range work {
		largest = max(largest, c.slope)
	}
	for from := 0; from < len(work); {
		furthest := math.Inf(1)
		for _, c := range work[from:] {
			furthest = min(furthest, (c.cost+s.optimal)/c.slope)
		}
		end := from
		for i := from; i < len(work); i++ {
			if c := work[i]; c.cost <= furthest*c.slope {
				slope -= c.change
				work[i], work[end] = work[end], work[i]
				end++
			}
		}
		r.groups = append(r.groups, end)
		if end == from || slope < 0 {
			break
		}
		from = end
	}
	if slope >= 0 && count == len(r.candidates) && !s.inBox && s.provesInfeasible(s.pivotRow.value) {
		return -1
	}
	return s.pick(largest)
}

// equal is the relative difference up to which values count as equal. Among equal candidates the
// first row or variable is taken, so that rounding errors do not decide.
const equal = 1e-9

// pick returns the variable with the largest pivot in the last group that has a large pivot. The
// variables of the groups before flip.
func (s *Simplex) pick(largest float64) int {
	r := &s.ratio
	enough := min(0.1*largest, 1)
	for g := len(r.groups) - 1; g >= 0; g-- {
		from := 0
		if g > 0 {
			from = r.groups[g-1]
		}
		best, size := -1, 0.
		for i := from; i < r.groups[g]; i++ {
			c := r.candidates[i]
			if best < 0 || c.slope > size*(1+equal) || c.slope >= size*(1-equal) && c.variable < r.candidates[best].variable {
				best, size = i, c.slope
			}
		}
		if best >= 0 && (size >= enough || g == 0) {
			r.flips = r.flips[:0]
			for _, c := range r.candidates[:from] {
				r.flips = append(r.flips, c.variable)
			}
			return int(r.candidates[best].variable)
		}
	}
	return -1
}

// collect lists the breakpoints of the present row.
func (s *Simplex) collect(sigma float64) {
	r := &s.ratio
	r.candidates = r.candidates[:0]
	smallest := s.pivotTolerance()
	for _, v := range s.alpha.entries() {
		a, d := sigma*s.alpha.value[v], s.d[v]
		low, high := s.workLower[v], s.workUpper[v]
		if low == high {
			continue
		}
		switch s.place[v] {
		case AtUpper:
			a, d = -a, -d
		case AtZero:
			a, d = math.Abs(a), 0
		}
		if a > smallest {
			r.candidates = append(r.candidates, breakpoint{v, d, a, a * (high - low)})
		}
	}
}

// pivotTolerance returns the least size of a pivot. It grows with the number of updates of the
// factors.
func (s *Simplex) pivotTolerance() float64 {
	switch n := s.lu.updates(); {
	case n < 10:
		return 1e-9
	case n < 20:
		return 1e-8
	}
	return 1e-7
}

// near moves the candidates whose breakpoints come before the slope reaches 0 to the front, and
// returns their number.
func (r *ratioTest) near(slope float64) int {
	all := r.candidates
	if len(all) <= 8 {
		return len(all)
	}
	count, reach := 0, 1e-7
	for _, c := range all {
		if c.cost <= 0 {
			continue
		}
		if t := c.cost / c.slope; reach == 1e-7 || t < reach {
			reach = t
		}
	}
	for total := 0.; total < slope && count < len(all); reach *= 10 {
		for i := count; i < len(all); i++ {
			if c := all[i]; c.cost <= float64(reach*c.slope)+1e-7 {
				total += c.change
				all[i], all[count] = all[count], all[i]
				count++
			}
		}
	}
	return count
}
