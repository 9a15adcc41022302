package plan

import (
	"context"
	"math"
	"slices"
	"strconv"
)

// LoadTry is the result of a fleet with one factor on all arrivals.
type LoadTry struct {
	Load float64 // factor on the arrivals
	Candidate
}

// LoadSearch searches for the largest factor on all arrivals with which a fleet keeps every
// objective. The factors are those of a grid (Grid).
type LoadSearch struct {
	Grid        LoadGrid
	Least, Most float64 // the smallest and the largest factor that may be tried
	Try         func(ctx context.Context, load float64) (Candidate, error)
	Told        func(LoadTry) // called after each try; may be nil

	tries map[int]LoadTry // the keys are places in the grid
}

// LoadGrid is the grid of factors: powers of 1 + step, rounded to three significant digits. It is
// the step, at least 0.01, so that the factors differ.
type LoadGrid float64

// At returns the factor at a place of the grid; place 0 is the factor 1.
func (g LoadGrid) At(place int) float64 {
	f, _ := strconv.ParseFloat(strconv.FormatFloat(math.Exp(float64(place)*math.Log1p(float64(g))), 'g', 3, 64), 64)
	return f
}

// Below returns the highest place whose factor is at most a load.
func (g LoadGrid) Below(load float64) int {
	place := int(math.Floor(math.Log(load) / math.Log1p(float64(g))))
	for g.At(place+1) <= load {
		place++
	}
	for g.At(place) > load {
		place--
	}
	return place
}

// FoundLoad is the result of a LoadSearch.
type FoundLoad struct {
	Tries []LoadTry // by ascending load

	Carried  int   // place in Tries of the largest factor that is shown to be carried; −1: none
	Exceeded int   // place of the smallest larger factor that misses; −1: none was found
	Dips     []int // places of smaller factors that miss: more load is kept, but not less
}

// The factors below what is carried and above what misses that are tried, too, because less load
// may be kept no better: an autoscaler may then rent less.
var (
	checkedBelow = []float64{0.8, 0.5, 0.25}
	checkedAbove = []float64{1.1, 1.25, 2}
)

// mostRaises is the largest number of times that the search begins again above a factor that
// misses, because a still larger one is kept.
const mostRaises = 3

// Find searches for the largest factor, beginning at a start. It brackets the edge between factors
// that are kept and those that are not with steps that double, and bisects the bracket. Then it
// finds the smallest factor that misses, in the same way: factors in between are not settled. Last,
// it tries some factors far below and far above.
func (s *LoadSearch) Find(ctx context.Context, start float64) (*FoundLoad, error) {
	s.tries = map[int]LoadTry{}
	kept := func(t *LoadTry) bool { return t.Finding == Kept }
	bearable := func(t *LoadTry) bool { return t.Finding == Kept || t.Finding == NotSettled }
	first, last := s.first(), s.Grid.Below(s.Most)
	var carried, bearably int
	for range 1 + mostRaises {
		var err error
		if carried, err = s.edge(ctx, start, kept); err != nil {
			return nil, err
		}
		if bearably, err = s.edge(ctx, start, bearable); err != nil {
			return nil, err
		}
		for _, f := range checkedAbove {
			if bearably < last && carried >= first {
				if _, err := s.try(ctx, min(last, s.Grid.Below(f*s.Grid.At(bearably+1)))); err != nil {
					return nil, err
				}
			}
		}
		if high, any := s.highest(kept); !any || high == carried {
			break
		}
	}
	for _, f := range checkedBelow {
		if at := s.Grid.Below(f * s.Grid.At(carried)); carried >= first && at >= first {
			if _, err := s.try(ctx, at); err != nil {
				return nil, err
			}
		}
	}
	return s.found(carried, bearably+1), nil
}

func (s *LoadSearch) first() int {
	first := s.Grid.Below(s.Least)
	if s.Grid.At(first) < s.Least {
		first++
	}
	return first
}

// found collects the tries.
func (s *LoadSearch) found(carried, exceeded int) *FoundLoad {
	f := &FoundLoad{Carried: -1, Exceeded: -1}
	var places []int
	for at := range s.tries {
		places = append(places, at)
	}
	slices.Sort(places)
	for i, at := range places {
		t := s.tries[at]
		f.Tries = append(f.Tries, t)
		switch {
		case at == carried && t.Finding == Kept:
			f.Carried = i
		case at == exceeded:
			f.Exceeded = i
		case at < carried && t.Finding != Kept && t.Finding != NotSettled:
			f.Dips = append(f.Dips, i)
		}
	}
	return f
}

// highest returns the highest place that was tried and is as wanted, and whether there is one.
func (s *LoadSearch) highest(wanted func(*LoadTry) bool) (place int, any bool) {
	for at, t := range s.tries {
		if wanted(&t) && (!any || at > place) {
			place, any = at, true
		}
	}
	return place, any
}

// firstRise is the first step of a search for the other side of an edge, as a factor.
const firstRise = 1.3

// edge returns a place that is as wanted, while the next one is not. It is one below the first
// place if that one is not as wanted, and the last place if that one is. It begins with what is
// known: the highest place as wanted, and the lowest one above it that is not.
func (s *LoadSearch) edge(ctx context.Context, start float64, wanted func(*LoadTry) bool) (int, error) {
	first, last := s.first(), s.Grid.Below(s.Most)
	low, high := first-1, last+1
	if at, any := s.highest(wanted); any {
		low = at
	}
	for at := range s.tries {
		if at > low {
			high = min(high, at)
		}
	}
	rise := max(1, int(math.Log(firstRise)/math.Log1p(float64(s.Grid))))
	for high-low > 1 {
		at := low + (high-low)/2
		switch {
		case low < first && high > last:
			at = s.Grid.Below(start)
		case high > last:
			at = low + rise
			rise *= 2
		case low < first:
			at = high - rise
			rise *= 2
		}
		at = max(first, low+1, min(at, high-1, last))
		t, err := s.try(ctx, at)
		if err != nil {
			return 0, err
		}
		if wanted(&t) {
			low = at
		} else {
			high = at
		}
	}
	return low, nil
}

// try tries the factor at a place once.
func (s *LoadSearch) try(ctx context.Context, place int) (LoadTry, error) {
	if t, known := s.tries[place]; known {
		return t, nil
	}
	load := s.Grid.At(place)
	c, err := s.Try(ctx, load)
	if err != nil {
		return LoadTry{}, err
	}
	t := LoadTry{load, c}
	s.tries[place] = t
	if s.Told != nil {
		s.Told(t)
	}
	return t, nil
}
